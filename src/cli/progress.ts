const BAR_COLUMNS = 30;

/** Between two pictures of the bar on a terminal, and between lines where there is none. */
const TERMINAL_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 10_000;

/** A bar on standard error while something long goes on; now and then a line where that is no terminal. */
export class Progress {
  readonly #total: number;
  readonly #what: string;
  readonly #start = performance.now();
  readonly #isTerminal = process.stderr.isTTY === true;
  #done = 0;
  #shown = performance.now();

  /** `what` are counted, `total` of them. */
  constructor(total: number, what: string) {
    this.#total = total;
    this.#what = what;
  }

  advance(): void {
    this.#done += 1;
    const now = performance.now();
    if (now - this.#shown < (this.#isTerminal ? TERMINAL_INTERVAL_MS : LINE_INTERVAL_MS)) return;
    this.#shown = now;
    const seconds = (now - this.#start) / 1000;
    const text = progressText(this.#done, this.#total, this.#what, seconds);
    process.stderr.write(this.#isTerminal ? `\r${text}\x1b[K` : `${text}\n`);
  }

  /** Takes the bar away and says the last word. */
  end(message: string): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(1);
    process.stderr.write(`${this.#isTerminal ? "\r\x1b[K" : ""}${message}, ${seconds} s\n`);
  }
}

/** Bar, part, rate and what is left. */
export function progressText(done: number, total: number, what: string, seconds: number): string {
  const filled = Math.round((BAR_COLUMNS * done) / total);
  const bar = "#".repeat(filled).padEnd(BAR_COLUMNS, ".");
  const perSecond = done / seconds;
  const left = (total - done) / perSecond;
  return `[${bar}] ${Math.floor((100 * done) / total)}% ${done}/${total} ${what}, ${perSecond.toPrecision(3)}/s, ${duration(left)} left`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
