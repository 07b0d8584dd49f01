let milliseconds = 0;
let isCurrent = false;
const expire = (): void => {
  isCurrent = false;
};

/**
 * The clock of `performance.now`, looked at once for everything that runs without a pause: a thousand requests made in a loop have the
 * same deadline, and asking the system for each of them would take a tenth of their time.
 */
export function coarseNow(): number {
  if (!isCurrent) {
    isCurrent = true;
    milliseconds = performance.now();
    void Promise.resolve().then(expire);
  }
  return milliseconds;
}
