import "../../ca/support/silentLog.js";
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Command, type CommandName } from "../../../src/ca/codec/commands.js";
import { putMessage } from "../../../src/ca/codec/message.js";
import type { CaServer } from "../../../src/ca/index.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { bytes, written } from "../../ca/support/bytes.js";
import { startServer } from "../../ca/support/loopback.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { RawClient, type Reaction, VERSION } from "./support/rawClient.js";
import { type SoftIoc, startSoftIoc } from "./support/softIoc.js";

const DATABASE = join(repositoryRoot, "test", "data", "caClient.db");
/** Both servers take no larger payloads, give or take a header. */
const LIMITED = { EPICS_CA_AUTO_ARRAY_BYTES: "NO", EPICS_CA_MAX_ARRAY_BYTES: "16384" };
const TOO_LARGE = 0x8000;
/** What a server needs to have read the first of two parts. */
const PAUSE_MS = 30;

interface Malformed {
  readonly what: string;
  /** Sent one after the other, so that the server reads them apart. */
  readonly parts: (sid: string) => readonly string[];
  readonly channel?: string;
  /** Without VERSION, as clients before 4.4. */
  readonly nameless?: boolean;
  readonly expected: Reaction;
}

const refused = (answer: string): Reaction => ({ answers: [`ERROR ${answer}`], connected: false });
const kept = (...answers: string[]): Reaction => ({ answers, connected: true });

const aboutChannels = [
  "READ",
  "READ_NOTIFY",
  "WRITE",
  "WRITE_NOTIFY",
  "EVENT_ADD",
  "EVENT_CANCEL",
  "CLEAR_CHANNEL",
] as const satisfies readonly CommandName[];

const SUBSCRIBE = (sid: string): string =>
  `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0005 0000`;
const CANCEL = (sid: string): string => `0002 0000 0006 0001 ${sid} 00000005`;

/** The last character of such a name is none of it, and R:ao.EG is no field. */
const UNTERMINATED = Buffer.from("R:ao.EGU").toString("hex");

const overTcp: readonly Malformed[] = [
  {
    what: "a payload that is no multiple of 8",
    parts: (sid) => [`0004 0004 0006 0001 ${sid} 00000009 00000000`],
    expected: refused("ECA_INTERNAL"),
  },
  {
    what: "a command outside the table",
    parts: () => ["001c 0000 0000 0000 00000000 00000000"],
    expected: refused("ECA_INTERNAL"),
  },
  {
    what: "a command that is for datagrams",
    parts: () => ["000d 0000 0000 0000 00000000 00000000"],
    expected: refused("ECA_INTERNAL"),
  },
  ...aboutChannels.map(
    (command): Malformed => ({
      what: `${command} of a channel that does not exist`,
      parts: () => [written((out) => putMessage(out, Command[command], 6, 1, 0xdead, 9)).toString("hex")],
      expected: refused("ECA_INTERNAL"),
    }),
  ),
  {
    what: "EVENT_CANCEL of one subscription twice",
    parts: (sid) => [SUBSCRIBE(sid), CANCEL(sid), CANCEL(sid)],
    expected: { answers: ["EVENT_ADD", "EVENT_ADD", "ERROR ECA_BADMONID"], connected: false },
  },
  {
    what: "EVENT_ADD of a DBR type that does not exist",
    parts: (sid) => [`0001 0010 0063 0001 ${sid} 00000005 000000000000000000000000 0005 0000`],
    expected: { answers: [], connected: false },
  },
  {
    what: "a payload above EPICS_CA_MAX_ARRAY_BYTES",
    parts: (sid) => [
      `0004 ffff 0006 0000 ${sid} 00000009 ${TOO_LARGE.toString(16).padStart(8, "0")} 00001000`,
      "00".repeat(TOO_LARGE),
    ],
    expected: kept("ERROR ECA_TOLARGE"),
  },
  {
    what: "a request of a client that does not say its version",
    parts: () => ["000f 0000 0006 0001 00000001 00000009"],
    nameless: true,
    expected: kept("VERSION", "ERROR ECA_DEFUNCT", "ERROR ECA_DEFUNCT"),
  },
  {
    what: "an extended header that comes in two parts",
    parts: (sid) => [`000f ffff 0006 0000 ${sid} 00000009 0000`, "0000 00000001"],
    expected: kept("READ_NOTIFY ECA_NORMAL 8"),
  },
  {
    what: "CREATE_CHAN with a name without NUL",
    parts: () => [`0012 0008 0000 0000 00000008 0000000d ${UNTERMINATED}`],
    expected: kept("CREATE_CH_FAIL"),
  },
  {
    what: "SEARCH with a name without NUL",
    parts: () => [`0006 0008 000a 000d 00000008 00000008 ${UNTERMINATED}`],
    expected: kept("NOT_FOUND"),
  },
  {
    what: "WRITE to a field that cannot be written",
    channel: "R:ao.SEVR",
    parts: (sid) => [`0004 0008 0003 0001 ${sid} 00000009 0001000000000000`],
    expected: kept("ERROR ECA_NOWTACCESS"),
  },
];

async function reaction(port: number, malformed: Malformed): Promise<Reaction> {
  const client = new RawClient(port);
  if (!malformed.nameless) await client.createChannel(malformed.channel);
  for (const part of malformed.parts(client.sid)) {
    client.write(bytes(part));
    await wait(PAUSE_MS);
  }
  // The version comes late here: the echo itself is refused, and nothing else would end the wait.
  const reacted = malformed.nameless
    ? await client.refusedEcho(malformed.expected.answers.length)
    : await client.echo();
  client.close();
  return reacted;
}

interface MalformedDatagram {
  readonly what: string;
  readonly datagram: string;
  /** Ids of the channels that are found. */
  readonly found: readonly number[];
}

const SEARCH = "0006 0008 0005 000d 00000001 00000001 523a616f00000000";

const overUdp: readonly MalformedDatagram[] = [
  {
    what: "a payload that is no multiple of 8: the rest of the datagram is dropped",
    datagram: `${VERSION} 0006 0003 0005 000d 00000002 00000002 523a61 ${SEARCH}`,
    found: [],
  },
  {
    what: "a command that is not for datagrams: the rest is dropped",
    datagram: `${VERSION} 000f 0000 0006 0001 00000001 00000009 ${SEARCH}`,
    found: [],
  },
  {
    what: "a client that does not say its version: ignored",
    datagram: SEARCH,
    found: [],
  },
  {
    what: "a client before 4.4: ignored",
    datagram: `0000 0000 0000 0003 00000000 00000000 ${SEARCH}`,
    found: [],
  },
  {
    what: "a search of a client before 4.4: the rest is dropped",
    datagram: `${VERSION} 0006 0008 0005 0003 00000002 00000002 523a626f00000000 ${SEARCH}`,
    found: [],
  },
  {
    what: "a search without a name: the next one is answered",
    datagram: `${VERSION} 0006 0000 0005 000d 00000002 00000002 ${SEARCH}`,
    found: [1],
  },
  {
    what: "a name without NUL: its last character is none of it",
    datagram: `${VERSION} 0006 0008 0005 000d 00000002 00000002 ${UNTERMINATED} ${SEARCH}`,
    found: [1],
  },
];

/** Searches that were answered before `R:long` was, which is asked for last. */
async function foundBy(socket: Socket, port: number, datagram: string): Promise<number[]> {
  const last = 99;
  const cids: number[] = [];
  const end = new Promise<void>((resolve) => {
    socket.on("message", (answer: Buffer) => {
      for (let offset = 0; offset < answer.length; offset += 16 + answer.readUInt16BE(offset + 2))
        if (answer.readUInt16BE(offset) === Command.SEARCH) cids.push(answer.readUInt32BE(offset + 12));
      if (cids.includes(last)) resolve();
    });
  });
  socket.send(bytes(datagram), port, "127.0.0.1");
  const name = Buffer.from("R:long\0\0").toString("hex");
  socket.send(bytes(`${VERSION} 0006 0008 0005 000d 00000063 00000063 ${name}`), port, "127.0.0.1");
  await end;
  return cids.filter((cid) => cid !== last);
}

describe("malformed packets, by our server as by RSRV:", { ...needsPython, concurrency: 8 }, () => {
  const engine = new RecordEngine();
  let ioc: SoftIoc;
  let server: CaServer;

  before(async () => {
    ioc = await startSoftIoc(DATABASE, undefined, LIMITED);
    engine.load(loadDatabaseFile(DATABASE, {}, { catalog: engine.catalog }).definition);
    engine.iocInit();
    server = await startServer([engine], { environment: LIMITED });
  });
  after(async () => {
    await server.stop();
    engine.stop();
    await ioc.stop();
  });

  for (const malformed of overTcp)
    it(malformed.what, async () => {
      const [ours, reference] = await Promise.all([
        reaction(server.tcpPort, malformed),
        reaction(ioc.port, malformed),
      ]);
      assert.deepEqual([ours, reference], [malformed.expected, malformed.expected]);
    });

  for (const { what, datagram, found } of overUdp)
    it(what, async (test) => {
      const answers = await Promise.all(
        [server.udpPort, ioc.port].map(async (port) => {
          const socket = createSocket("udp4");
          test.after(() => socket.close());
          socket.bind(0, "127.0.0.1");
          await once(socket, "listening");
          return foundBy(socket, port, datagram);
        }),
      );
      assert.deepEqual(answers, [found, found]);
    });
});
