import "../ca/support/silentLog.js";
import { test } from "node:test";
import { fuzz, targetNames } from "./fuzz.js";

const INPUTS = Number(process.env["TOMOIOC_FUZZ_INPUTS"] ?? 2000);
const SEED = Number(process.env["TOMOIOC_FUZZ_SEED"] ?? 20_261_126);

for (const name of targetNames)
  test(`${name}: any input is an answer or an error, in time (${INPUTS} inputs of seed ${SEED})`, () => {
    fuzz(name, INPUTS, SEED, false);
  });
