import "../ca/support/silentLog.js";
import { fuzz, targetNames } from "./fuzz.js";

/** `npm run fuzz [target|all] [count] [seed]`: each target with a million inputs where nothing else is said. */
const [name = "all", count = "1000000", seed = String(Date.now() % 1e9)] = process.argv.slice(2);
for (const target of name === "all" ? targetNames : [name]) {
  const { inputs, seconds, slowestMs } = fuzz(target, Number(count), Number(seed), Number(count) >= 100_000);
  const rate = Math.round(inputs / seconds);
  console.log(
    `${target}: ${inputs} inputs of seed ${seed}, ${rate} per second, slowest ${slowestMs.toFixed(1)} ms`,
  );
}
process.exit(0);
