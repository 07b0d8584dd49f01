import "../ca/support/silentLog.js";
import { test } from "node:test";
import { fuzzCaSockets } from "./caSockets.js";

const MESSAGES = Number(process.env["TOMOIOC_FUZZ_INPUTS"] ?? 2000);
const SEED = Number(process.env["TOMOIOC_FUZZ_SEED"] ?? 20_261_126);

test(`the server's sockets: ${MESSAGES} mutated messages disturb no client (seed ${SEED})`, async () => {
  await fuzzCaSockets(MESSAGES, SEED);
});
