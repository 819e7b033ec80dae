// @ts-check
// What the native build needs from the machine, and one sentence for each thing that is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const windows = process.platform === 'win32';

/**
 * Whether a command (or the first word of one, as in CXX="ccache g++") can be found.
 * @param {string} command
 */
function found(command) {
  const [name] = command.trim().split(/\s+/);
  if (!name) return false;
  if (name.includes('/') || name.includes('\\')) return existsSync(name);
  const endings = windows ? ['.exe', '.cmd', '.bat'] : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => endings.some((ending) => existsSync(join(folder, name + ending))));
}

/** @param {(string | undefined)[]} candidates the first that is set or found counts */
const anyFound = (...candidates) => candidates.some((candidate) => candidate !== undefined && found(candidate));

/** A name that is found may be a shim with nothing behind it, so python is asked. */
const pythonRuns = () =>
  [process.env.NODE_GYP_FORCE_PYTHON, process.env.npm_config_python, process.env.PYTHON, 'python3', 'python'].some(
    (name) =>
      name !== undefined &&
      found(name) &&
      spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 6))']).status === 0,
  );

function visualStudioFound() {
  const root = process.env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
  return (
    process.env.VCINSTALLDIR !== undefined ||
    existsSync(join(root, 'Microsoft Visual Studio', 'Installer', 'vswhere.exe'))
  );
}

function compilerMissing() {
  if (windows)
    return visualStudioFound()
      ? ''
      : 'Visual Studio is missing: install "Desktop development with C++" of Visual Studio 2022 or later.';
  if (process.env.CXX ? found(process.env.CXX) : anyFound('g++', 'c++', 'clang++')) return '';
  const remedy =
    process.platform === 'darwin' ? 'run `xcode-select --install`' : 'install g++ (Debian, Ubuntu: `apt install g++`)';
  return `A C++ compiler is missing: ${remedy}${process.env.CXX ? `, or correct CXX, which is "${process.env.CXX}"` : ''}.`;
}

function makeMissing() {
  if (windows || anyFound(process.env.MAKE, 'make', 'gmake')) return '';
  return `make is missing: ${process.platform === 'darwin' ? 'run `xcode-select --install`' : 'install it (Debian, Ubuntu: `apt install make`)'}.`;
}

const pythonMissing = () =>
  pythonRuns()
    ? ''
    : 'Python 3, which node-gyp runs on, is missing: install it (Debian, Ubuntu: `apt install python3`), or set PYTHON to its path.';

/** @returns {string} the path of node-gyp's command line, '' where it is not installed */
export function nodeGyp() {
  try {
    return createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return '';
  }
}

/** The folder that holds include/node/node.h beside the running Node, or ''. */
export function headersBesideNode() {
  const folder = join(dirname(process.execPath), '..');
  return existsSync(join(folder, 'include', 'node', 'node.h')) ? folder : '';
}

/** Arguments that tell node-gyp where the headers are; none where it has to look for itself. */
export const nodedir = () => (headersBesideNode() ? [`--nodedir=${headersBesideNode()}`] : []);

/** Headers beside Node, where the user says, in node-gyp's cache, or else downloaded now. */
function headersMissing() {
  const version = process.versions.node;
  const named = process.env.npm_config_nodedir;
  if (headersBesideNode() || (named && existsSync(join(named, 'include', 'node', 'node.h')))) return '';
  if (named)
    return `The headers of Node ${version} are missing: npm_config_nodedir names "${named}", which has no include/node/node.h.`;
  const caches = [
    process.env.npm_config_devdir,
    join(homedir(), '.cache', 'node-gyp'),
    join(homedir(), 'Library', 'Caches', 'node-gyp'),
  ];
  if (caches.some((cache) => cache && existsSync(join(cache, version, 'include', 'node', 'node.h')))) return '';
  const download = spawnSync(process.execPath, [nodeGyp(), 'install', '--ensure'], {
    timeout: 120_000,
    stdio: 'ignore',
  });
  if (download.status === 0) return '';
  return `The headers of Node ${version} are missing and could not be downloaded: go online, or install Node with its include folder, or set npm_config_nodedir to where they are.`;
}

/** One sentence for each thing that the native build needs and does not find. */
export function missingTools() {
  const missing = [compilerMissing(), makeMissing(), pythonMissing()];
  missing.push(nodeGyp() ? '' : 'node-gyp is missing: run `npm install`.');
  // Looking for headers may mean a download, so it comes last and only if the rest is there.
  if (!missing.some(Boolean)) missing.push(headersMissing());
  return missing.filter(Boolean);
}
