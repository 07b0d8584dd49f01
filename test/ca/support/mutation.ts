import { Command } from "../../../src/ca/codec/commands.js";
import { putMessage, putText } from "../../../src/ca/codec/message.js";
import { written } from "./bytes.js";

/** A small generator of random numbers that a seed repeats (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

const interesting = [0, 1, 2, 7, 8, 38, 39, 0x7f, 0x80, 0xff, 0xfffe, 0xffff];

/** Commands whose payload is a name. */
const NAMING: readonly number[] = [Command.SEARCH, Command.CREATE_CHAN, Command.HOST_NAME];

/** A message of a client, with a good chance of naming a channel that exists. */
function plausible(random: Random, names: readonly string[], sid: number): Buffer {
  const command = random.below(28);
  const name = names[random.below(names.length)] ?? "";
  if (NAMING.includes(command))
    return written((out) => putText(out, command, name, 5, 13, random.below(20), 13));
  const count = random.below(4);
  const head = written((out) => putMessage(out, command, random.below(40), count, sid, random.below(20)));
  const body = Buffer.alloc(random.below(8) * 8, random.below(256));
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** One mutated message: bytes changed, cut off, or repeated. */
export function mutated(random: Random, names: readonly string[], sid: number): Buffer {
  const message = plausible(random, names, sid);
  for (let change = random.below(4); change > 0; change--) {
    const value = interesting[random.below(interesting.length)] ?? 0;
    if (random.below(2) === 0) message.writeUInt8(value & 0xff, random.below(message.length));
    else message.writeUInt16BE(value, random.below(message.length / 2) * 2);
  }
  if (random.below(20) === 0) return message.subarray(0, random.below(message.length));
  return message;
}
