import { CaRepeater } from "../ca/index.js";
import { clientEnvironment } from "../ca/net/environment.js";

/** caRepeater: passes beacons to the clients of this host until it is interrupted. Returns the exit code. */
export async function main(_argv: readonly string[]): Promise<number> {
  const repeater = new CaRepeater();
  if (!(await repeater.start(clientEnvironment().repeaterPort))) return 0;
  return new Promise((resolve) => {
    process.once("SIGINT", () => {
      repeater.stop();
      resolve(0);
    });
  });
}
