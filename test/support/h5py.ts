import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { spawnPython } from "./python.js";

const program = `
import h5py, json, sys
import numpy as np
def plain(x):
    if isinstance(x, bytes): return x.decode()
    if isinstance(x, np.ndarray): return [plain(y) for y in x.tolist()] if x.dtype.kind in 'SO' else x.tolist()
    if isinstance(x, np.generic): return plain(x.item())
    if isinstance(x, (list, tuple)): return [plain(y) for y in x]
    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
    return x
for line in sys.stdin:
    path, expression, swmr = json.loads(line)
    try:
        with h5py.File(path, 'r', swmr=swmr, locking=False) as f:
            answer = {'value': plain(eval(expression, {'f': f, 'np': np, 'h5py': h5py}))}
    except Exception as e:
        answer = {'error': repr(e)}
    print(json.dumps(answer), flush=True)
`;

/** One Python process that reads HDF5 files with h5py for a test file; it starts with the first question. */
export class H5pyReader {
  #python: ChildProcessWithoutNullStreams | undefined;
  #answers: AsyncIterator<string> | undefined;

  /** The value of a Python expression over the open file `f`, as JSON has it. Rejects with Python's exception. */
  async read<T = unknown>(path: string, expression: string, options: { swmr?: boolean } = {}): Promise<T> {
    this.#python ??= spawnPython(program);
    this.#answers ??= createInterface(this.#python.stdout)[Symbol.asyncIterator]();
    const oneLine = expression.replaceAll(/\s*\n\s*/g, " ");
    this.#python.stdin.write(`${JSON.stringify([path, oneLine, options.swmr ?? false])}\n`);
    const line = await this.#answers.next();
    if (line.done === true) throw new Error("h5py's process ended");
    const answer: { readonly value: T } | { readonly error: string } = JSON.parse(line.value);
    if ("error" in answer) throw new Error(answer.error);
    return answer.value;
  }

  async close(): Promise<void> {
    if (this.#python === undefined) return;
    this.#python.stdin.end();
    await once(this.#python, "close");
  }
}
