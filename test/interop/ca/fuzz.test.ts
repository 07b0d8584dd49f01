import "../../ca/support/silentLog.js";
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { CA_MINOR_VERSION, Command } from "../../../src/ca/codec/commands.js";
import { dbrSize, dbrType } from "../../../src/ca/codec/dbrTypes.js";
import { HEADER_SIZE, readHeader } from "../../../src/ca/codec/message.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { startServer } from "../../ca/support/loopback.js";
import { mutated, Random } from "../../ca/support/mutation.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { ECHO, RawClient } from "./support/rawClient.js";
import { startSoftIoc } from "./support/softIoc.js";

const DATABASE = join(repositoryRoot, "test", "data", "caClient.db");
const NAMES = ["R:ao", "R:wave", "R:text", "nobody"];
const MESSAGES = Number(process.env["TOMOIOC_FUZZ_RSRV_MESSAGES"] ?? 300);
const SEED = Number(process.env["TOMOIOC_FUZZ_SEED"] ?? 20_261_126);
const AT_ONCE = 8;
/** Half-sent messages are not answered: how long to wait for that. */
const SILENCE_MS = 60;
/** RSRV answers some requests from another thread, after the echo. */
const LATE_MS = 3000;
const LOOK_MS = 10;
const SID_OFFSET = 8;
/** More channels than are open at once. */
const NEARBY = 64;

/** The answers in any order, and whether the server hung up. */
const shown = (client: RawClient): string => {
  const { answers, connected } = client.reaction;
  return `${[...answers].sort().join(", ")}${connected ? "" : " hangs up"}`;
};

/** RSRV waits for payloads of any size; ours end where Node's buffers do. */
const LARGEST_PAYLOAD = 0x7fff_0000;

/**
 * Does a write announce more elements than it brings? We refuse that; RSRV takes what is behind them in its memory, and
 * may crash of it, so it is spared these.
 */
function isSpared(message: Uint8Array): boolean {
  const header = { command: 0, payloadSize: 0, dataType: 0, count: 0, cid: 0, available: 0 };
  // The echo after it completes a message that is cut short.
  const sent = Buffer.concat([message, ECHO]);
  readHeader(new DataView(sent.buffer, sent.byteOffset), 0, sent.length, CA_MINOR_VERSION, header);
  const type = dbrType(header.dataType);
  const isWrite = header.command === Command.WRITE || header.command === Command.WRITE_NOTIFY;
  const bringsTooLittle = type !== undefined && dbrSize(type, header.count) > header.payloadSize;
  return (isWrite && bringsTooLittle) || header.payloadSize > LARGEST_PAYLOAD;
}

/** How far the id of a channel that the message names, after its mutation, is from the server's. */
const distanceOf = (message: Buffer, sid: number): number =>
  message.length < HEADER_SIZE ? Number.POSITIVE_INFINITY : Math.abs(message.readUInt32BE(SID_OFFSET) - sid);

/**
 * Is it the same message for both servers? A mutation can leave one id as it is and not the other. And an id nearby is
 * the channel of another connection, which RSRV lets everybody use and we do not.
 */
function isComparable(messages: readonly Buffer[], sids: readonly number[]): boolean {
  const distances = sids.map((sid, at) => distanceOf(messages[at] ?? ECHO, sid));
  return distances.every((distance) => distance === 0) || distances.every((distance) => distance > NEARBY);
}

/** Sends one message to both servers; returns what it was where they react differently. */
async function difference(ports: readonly [number, number], seed: number): Promise<string | undefined> {
  const clients = ports.map((port) => new RawClient(port));
  await Promise.all(clients.map((client) => client.createChannel()));
  const sids = clients.map(({ sid }) => Number.parseInt(sid, 16));
  const messages = sids.map((sid) => mutated(new Random(seed), NAMES, sid));
  if (isComparable(messages, sids) && !messages.some(isSpared))
    await Promise.all(
      clients.map((client, at) => {
        client.write(messages[at] ?? ECHO);
        return client.echoWithin(SILENCE_MS);
      }),
    );
  const reactions = (): string[] => clients.map(shown);
  const differ = (): boolean => new Set(reactions()).size > 1;
  for (let waited = 0; differ() && waited < LATE_MS; waited += LOOK_MS) await wait(LOOK_MS);
  for (const client of clients) client.close();
  const [ours, rsrv] = reactions();
  const [message = Buffer.alloc(0)] = messages;
  return differ() ? `${message.toString("hex")}: ours ${ours}; RSRV ${rsrv}` : undefined;
}

it(
  `our server reacts to ${MESSAGES} mutated messages as RSRV does (seed ${SEED})`,
  needsPython,
  async (test) => {
    const ioc = await startSoftIoc(DATABASE);
    test.after(() => ioc.stop());
    const engine = new RecordEngine();
    engine.load(loadDatabaseFile(DATABASE, {}, { catalog: engine.catalog }).definition);
    engine.iocInit();
    test.after(() => engine.stop());
    const server = await startServer([engine]);
    test.after(() => server.stop());
    const random = new Random(SEED);
    const differences: string[] = [];
    for (let sent = 0; sent < MESSAGES; sent += AT_ONCE) {
      const seeds = Array.from({ length: AT_ONCE }, () => random.below(2 ** 31));
      const found = await Promise.all(seeds.map((seed) => difference([server.tcpPort, ioc.port], seed)));
      differences.push(...found.filter((one) => one !== undefined));
    }
    assert.deepEqual(differences, []);
  },
);
