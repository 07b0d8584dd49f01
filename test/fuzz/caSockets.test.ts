import "../ca/support/silentLog.js";
import { test } from "node:test";
import { fuzzCaClientSockets } from "./caClientSockets.js";
import { fuzzCaSockets } from "./caSockets.js";

const MESSAGES = Number(process.env["TOMOIOC_FUZZ_INPUTS"] ?? 2000);
const SEED = Number(process.env["TOMOIOC_FUZZ_SEED"] ?? 20_261_126);

test(`the server's sockets: ${MESSAGES} mutated messages disturb no client (seed ${SEED})`, async () => {
  await fuzzCaSockets(MESSAGES, SEED);
});

test(`the client's sockets: ${MESSAGES} mutated messages disturb no other circuit (seed ${SEED})`, async () => {
  await fuzzCaClientSockets(MESSAGES, SEED);
});
