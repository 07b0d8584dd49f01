import { hasOperand, Op } from "./opcodes.js";

/** As many rounds as all loops of one evaluation may take together. */
const MOST_ROUNDS = 1000;
const MOST_LOOPS = 10;

/** Where each UNTIL of a program begins, by where it ends; undefined when there are more than synApps allows. */
export function loopStarts(code: readonly number[]): ReadonlyMap<number, number> | undefined {
  const starts = new Map<number, number>();
  const open: number[] = [];
  let count = 0;
  for (let at = 0; at < code.length; at += hasOperand(code[at] ?? 0) ? 2 : 1) {
    if (code[at] === Op.Until) {
      open.push(at);
      count++;
    } else if (code[at] === Op.UntilEnd) {
      const start = open.pop();
      if (start !== undefined) starts.set(at, start);
    }
  }
  return count >= MOST_LOOPS ? undefined : starts;
}

/** The loops of one evaluation. */
export class Loops {
  readonly #starts: ReadonlyMap<number, number>;
  readonly #depths = new Map<number, number>();
  #rounds = 0;

  constructor(starts: ReadonlyMap<number, number>) {
    this.#starts = starts;
  }

  /** At an UNTIL: each round begins with the stack as it is now. */
  enter(at: number, depth: number): void {
    this.#depths.set(at, depth);
  }

  /** At the end of a loop: where to go on and how deep the stack is then, or undefined when the loop is done. */
  again(at: number, done: boolean): { at: number; depth: number } | undefined {
    if (++this.#rounds > MOST_ROUNDS || done) return undefined;
    const start = this.#starts.get(at);
    return start === undefined ? undefined : { at: start, depth: this.#depths.get(start) ?? 0 };
  }
}
