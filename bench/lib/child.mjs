// @ts-check
// Each measurement runs in a process of its own, so that no memory, compiled code or thread of another disturbs it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script with one JSON argument and returns what its last line of JSON says.
 * @param {URL} script
 * @param {unknown} task
 * @param {Record<string, string>} [environment]
 * @param {(pid: number) => void} [begun] called as soon as the process is there
 * @returns {Promise<any>}
 */
export const measureApart = (script, task, environment = {}, begun = undefined) =>
  measureWith(process.execPath, script, task, environment, begun);

/**
 * The same by another interpreter.
 * @param {string} program
 * @param {URL} script
 * @param {unknown} task
 * @param {Record<string, string>} [environment]
 * @param {(pid: number) => void} [begun] called as soon as the process is there
 * @returns {Promise<any>}
 */
export function measureWith(program, script, task, environment = {}, begun = undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [fileURLToPath(script), JSON.stringify(task)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) begun?.(child.pid);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = output
        .split('\n')
        .filter((candidate) => candidate.startsWith('{'))
        .at(-1);
      if (code === 0 && line) resolve(JSON.parse(line));
      else reject(new Error(`${fileURLToPath(script)} ended with ${signal ?? code}\n${output}${errors}`));
    });
  });
}
