import "../ca/support/silentLog.js";
import { fuzzCaClientSockets } from "./caClientSockets.js";
import { fuzzCaSockets } from "./caSockets.js";
import { fuzz, targetNames } from "./fuzz.js";
import { usedBytes } from "./memory.js";

/** What goes by sockets, by the name of its target. */
const socketTargets: Readonly<Record<string, (count: number, seed: number) => Promise<void>>> = {
  caSockets: reportSockets,
  caClientSockets: reportClientSockets,
};
const megabytes = (size: number): string => `${(size / 1e6).toFixed(1)} MB`;

async function report(target: string, count: number, seed: number): Promise<void> {
  const before = await usedBytes();
  const { inputs, seconds, slowestMs } = fuzz(target, count, seed, count >= 100_000);
  const rate = Math.round(inputs / seconds);
  console.log(
    `${target}: ${inputs} inputs of seed ${seed}, ${rate} per second, slowest ${slowestMs.toFixed(1)} ms, memory grown by ${megabytes((await usedBytes()) - before)}`,
  );
}

async function reportSockets(count: number, seed: number): Promise<void> {
  const { messages, seconds, errors, slowestReadMs, grownBytes } = await fuzzCaSockets(count, seed);
  const rate = Math.round(messages / seconds);
  console.log(
    `caSockets: ${messages} messages of seed ${seed} by TCP and UDP, ${rate} per second, ${errors} errors answered, other client's slowest read ${slowestReadMs.toFixed(1)} ms, memory grown by ${megabytes(grownBytes)}`,
  );
}

async function reportClientSockets(count: number, seed: number): Promise<void> {
  const { messages, seconds, slowestReadMs, grownBytes } = await fuzzCaClientSockets(count, seed);
  const rate = Math.round(messages / seconds);
  console.log(
    `caClientSockets: ${messages} messages of seed ${seed} by TCP, and answers to searches by UDP, ${rate} per second, slowest read of another server ${slowestReadMs.toFixed(1)} ms, memory grown by ${megabytes(grownBytes)}`,
  );
}

/** `npm run fuzz [target|all] [count] [seed]`: a million inputs for each target, and 100 000 messages for sockets. */
const [name = "all", count, seed = String(Date.now() % 1e9)] = process.argv.slice(2);
for (const target of name === "all" ? [...targetNames, ...Object.keys(socketTargets)] : [name]) {
  const ofSockets = socketTargets[target];
  if (ofSockets === undefined) await report(target, Number(count ?? 1_000_000), Number(seed));
  else await ofSockets(Number(count ?? 100_000), Number(seed));
}
process.exit(0);
