// @ts-check
// What Plummet is compared with. Peers live in bench/peers with a lock of their own, so that nobody who only uses Plummet
// downloads them; those for Python in an environment of theirs, or wherever PYTHON says. Absent ones are listed as absent.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureApart, measureWith } from './child.mjs';
import { isClone } from './place.mjs';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));
const environment = `${folder}.venv/${process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'}`;
const python = process.env.PYTHON || (existsSync(environment) ? environment : 'python3');

/**
 * @typedef {'epoch' | 'step' | 'predict' | 'product' | 'optimizer'} Task
 * @typedef {{ name: string, tasks: readonly Task[], script: string, needs: string, options?: object, slow?: boolean }} Peer
 *   `needs`: the package or module without which it is absent; `slow`: sees a part of the rows
 */

/** @type {readonly Peer[]} */
export const peers = [
  { name: 'TensorFlow.js cpu', tasks: ['epoch', 'step', 'predict'], script: 'tfjs.mjs', needs: '@tensorflow/tfjs-backend-cpu', options: { backend: 'cpu' }, slow: true },
  { name: 'TensorFlow.js wasm', tasks: ['epoch', 'step', 'predict'], script: 'tfjs.mjs', needs: '@tensorflow/tfjs-backend-wasm', options: { backend: 'wasm' }, slow: true },
  { name: 'tfjs-node', tasks: ['epoch', 'step', 'predict'], script: 'tfjs.mjs', needs: '@tensorflow/tfjs-node', options: { backend: 'tensorflow' } },
  { name: 'brain.js', tasks: ['epoch', 'predict'], script: 'brain.mjs', needs: 'brain.js', slow: true },
  { name: 'onnxruntime-node', tasks: ['predict'], script: 'onnxruntime.mjs', needs: 'onnxruntime-node' },
  { name: 'PyTorch eager', tasks: ['epoch', 'step', 'predict', 'product'], script: 'pytorch.py', needs: 'torch', options: { mode: 'eager' } },
  { name: 'PyTorch fused', tasks: ['epoch', 'step', 'optimizer'], script: 'pytorch.py', needs: 'torch', options: { mode: 'fused' } },
  { name: 'PyTorch compiled', tasks: ['epoch', 'step'], script: 'pytorch.py', needs: 'torch', options: { mode: 'compiled' } },
  { name: 'JAX per step', tasks: ['epoch', 'step', 'predict'], script: 'jax_optax.py', needs: 'optax', options: { mode: 'step' } },
  { name: 'JAX lax.scan', tasks: ['epoch', 'step'], script: 'jax_optax.py', needs: 'optax', options: { mode: 'scan' } },
  { name: 'NumPy', tasks: ['product'], script: 'numpy_blas.py', needs: 'numpy' },
  { name: 'Keras', tasks: ['epoch'], script: 'keras_fit.py', needs: 'keras' },
]; // biome-ignore format: a table

/** Installs those for Node on first use, in a clone; whoever has installed Plummet as a package decides on others alone. */
async function install() {
  if (!isClone || existsSync(`${folder}node_modules/.package-lock.json`)) return;
  process.stderr.write('Installing the peers to compare with (npm ci in bench/peers) …\n');
  // Without their install scripts: some peers' download binaries.
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  } catch (error) {
    // Offline, for one: they are listed as absent then.
    process.stderr.write(`That failed: ${/** @type {Error} */ (error).message.trim().split('\n').at(-1)}\n`);
  }
}

/** How to get what is absent. */
export const commands = {
  node: (/** @type {string} */ name) => `npm install ${isClone ? '--prefix bench/peers ' : ''}--no-save ${name}`,
  python: isClone
    ? 'python3 -m venv bench/peers/.venv && bench/peers/.venv/bin/pip install -r bench/peers/requirements.txt'
    : `pip install -r ${folder}requirements.txt, and PYTHON=… where that is not python3`,
};

/** @type {Map<string, string | undefined>} */
const looked = new Map();

/** The command that installs a peer; undefined where it is there. @param {Peer} peer */
export function absentBecause({ script, needs }) {
  if (!looked.has(needs)) looked.set(needs, script.endsWith('.py') ? lookInPython(needs) : lookInNode(needs));
  return looked.get(needs);
}

/** @param {string} name */
function lookInNode(name) {
  try {
    createRequire(`${folder}package.json`).resolve(`${name}/package.json`);
    return undefined;
  } catch (error) {
    // Some packages do not export their package.json, but are there.
    const there = existsSync(`${folder}node_modules/${name}`);
    return there && /** @type {any} */ (error).code !== 'MODULE_NOT_FOUND' ? undefined : commands.node(name);
  }
}

/** @param {string} name */
function lookInPython(name) {
  const code = `import importlib.util as u, sys; sys.exit(0 if u.find_spec(${JSON.stringify(name)}) else 1)`;
  return spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0 ? undefined : commands.python;
}

/**
 * @param {Peer} peer
 * @param {Task} task
 * @param {object} settings
 * @returns {Promise<{ seconds?: number[], absent?: string, version?: string }>}
 */
async function runPeer(peer, task, settings) {
  const absent = absentBecause(peer);
  if (absent) return { absent };
  const given = { task, ...settings, ...peer.options };
  const script = new URL(peer.script, new URL('../peers/', import.meta.url));
  try {
    return await (peer.script.endsWith('.py') ? measureWith(python, script, given) : measureApart(script, given));
  } catch (error) {
    const lines = /** @type {Error} */ (error).message.trim().split('\n');
    return {
      absent: `failed: ${(lines.find((line) => /\bError\b/.test(line)) ?? lines.at(-1))?.trim().slice(0, 160)}`,
    };
  }
}

/**
 * The peers that do a task, ready to run.
 * @param {Task} task
 * @param {object} settings what the script needs to know
 * @param {object} [slow] what is different for slow ones
 */
export async function peersFor(task, settings, slow = {}) {
  await install();
  return peers
    .filter(({ tasks }) => tasks.includes(task))
    .map((peer) => ({
      name: peer.name,
      slow: peer.slow ?? false,
      run: () => runPeer(peer, task, { ...settings, ...(peer.slow ? slow : {}) }),
    }));
}

/**
 * Those that did not run, with what would install them, one line for each reason.
 * @param {readonly { name: string, absent?: string }[]} records
 */
export function absences(records) {
  /** @type {Map<string, Set<string>>} */
  const names = new Map();
  for (const { name, absent } of records) {
    if (absent !== undefined) names.set(absent, (names.get(absent) ?? new Set()).add(name));
  }
  return [...names].map(([reason, own]) => `Without ${[...own].join(', ')}: ${reason}`).join('\n');
}
