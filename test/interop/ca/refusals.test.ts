import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Command } from "../../../src/ca/codec/commands.js";
import { putMessage } from "../../../src/ca/codec/message.js";
import type { CaServer } from "../../../src/ca/index.js";
import { written } from "../../ca/support/bytes.js";
import { startServer } from "../../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../../ca/support/memoryProvider.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { RawClient, type Reaction } from "./support/rawClient.js";
import { type SoftIoc, startSoftIoc } from "./support/softIoc.js";

const MASK = "000000000000000000000000 0005 0000";

interface Packet {
  readonly what: string;
  readonly packet: (sid: string) => string;
  /** RSRV answers from another thread, maybe after what comes next. */
  readonly answersLater?: boolean;
}

const packets: readonly Packet[] = [
  { what: "a READ_NOTIFY", packet: (sid) => `000f 0000 0006 0001 ${sid} 00000009` },
  {
    what: "a READ_NOTIFY of three elements of a scalar",
    packet: (sid) => `000f 0000 0006 0003 ${sid} 00000009`,
  },
  {
    what: "a READ_NOTIFY of as many elements as there are",
    packet: (sid) => `000f 0000 0006 0000 ${sid} 00000009`,
  },
  { what: "a READ_NOTIFY of DBR_CTRL_DOUBLE", packet: (sid) => `000f 0000 0022 0001 ${sid} 00000009` },
  {
    what: "a READ_NOTIFY of DBR_CTRL_ENUM from a double",
    packet: (sid) => `000f 0000 001f 0001 ${sid} 00000009`,
  },
  { what: "a READ_NOTIFY of DBR_STSACK_STRING", packet: (sid) => `000f 0000 0025 0001 ${sid} 00000009` },
  { what: "a READ_NOTIFY of DBR_CLASS_NAME", packet: (sid) => `000f 0000 0026 0001 ${sid} 00000009` },
  { what: "a READ_NOTIFY of DBR_PUT_ACKT", packet: (sid) => `000f 0000 0023 0001 ${sid} 00000009` },
  {
    what: "a READ_NOTIFY of a DBR type that does not exist",
    packet: (sid) => `000f 0000 0063 0001 ${sid} 00000009`,
  },
  {
    answersLater: true,
    what: "a WRITE_NOTIFY",
    packet: (sid) => `0013 0008 0006 0001 ${sid} 00000009 4000000000000000`,
  },
  {
    answersLater: true,
    what: "a WRITE_NOTIFY of text that is no number",
    packet: (sid) => `0013 0008 0000 0001 ${sid} 00000009 6e6f000000000000`,
  },
  {
    what: "a WRITE of text that is no number",
    packet: (sid) => `0004 0008 0000 0001 ${sid} 00000009 6e6f000000000000`,
  },
  {
    what: "a WRITE_NOTIFY of a DBR type that does not exist",
    packet: (sid) => `0013 0008 0063 0001 ${sid} 00000009 4000000000000000`,
  },
  {
    answersLater: true,
    what: "an EVENT_ADD",
    packet: (sid) => `0001 0010 0006 0001 ${sid} 00000005 ${MASK}`,
  },
  {
    answersLater: true,
    what: "an EVENT_ADD of DBR_PUT_ACKT",
    packet: (sid) => `0001 0010 0023 0001 ${sid} 00000005 ${MASK}`,
  },
  { what: "a READ of DBR_PUT_ACKS", packet: (sid) => `0003 0000 0024 0001 ${sid} 00000009` },
  {
    answersLater: true,
    what: "a WRITE_NOTIFY of DBR_STSACK_STRING",
    packet: (sid) => `0013 0008 0025 0001 ${sid} 00000009 4000000000000000`,
  },
  {
    what: "a WRITE of DBR_CLASS_NAME",
    packet: (sid) => `0004 0008 0026 0001 ${sid} 00000009 4000000000000000`,
  },
  {
    answersLater: true,
    what: "a WRITE_NOTIFY of DBR_TIME_DOUBLE",
    packet: (sid) => `0013 0018 0014 0001 ${sid} 00000009 000000000000000000000000000000004000000000000000`,
  },
  {
    what: "a WRITE of a DBR type that does not exist",
    packet: (sid) => `0004 0008 0063 0001 ${sid} 00000009 4000000000000000`,
  },
  {
    what: "a WRITE of DBR_TIME_DOUBLE",
    packet: (sid) => `0004 0018 0014 0001 ${sid} 00000009 000000000000000000000000000000004000000000000000`,
  },
  {
    what: "an EVENT_ADD of a DBR type that does not exist",
    packet: (sid) => `0001 0010 0063 0001 ${sid} 00000005 ${MASK}`,
  },
  {
    what: "an EVENT_ADD with a mask of nothing",
    packet: (sid) => `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0000 0000`,
  },
  {
    what: "an EVENT_ADD with a mask of events that do not exist",
    packet: (sid) => `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0100 0000`,
  },
  {
    what: "a WRITE of DBR_TIME_STRING",
    packet: (sid) => `0004 0010 000e 0001 ${sid} 00000009 000000000000000000000000 35000000`,
  },
  { what: "an EVENT_CANCEL of nothing", packet: (sid) => `0002 0000 0006 0001 ${sid} 00000063` },
  { what: "a CLEAR_CHANNEL", packet: (sid) => `000c 0000 0000 0000 ${sid} 00000007` },
  { what: "a READ_SYNC", packet: () => "000a 0000 0000 0000 00000000 00000000" },
  { what: "a READ", packet: (sid) => `0003 0000 0006 0001 ${sid} 00000009` },
  { what: "an unknown channel", packet: () => "000f 0000 0006 0001 0000dead 00000009" },
  {
    what: "a payload that is no multiple of 8",
    packet: (sid) => `0004 0004 0006 0001 ${sid} 00000009 00000000`,
  },
  ...(["SNAPSHOT", "BUILD", "ERROR", "RSRV_IS_UP", "READ_BUILD", "SIGNAL"] as const).map((command) => ({
    what: `the command ${command}`,
    packet: () => written((out) => putMessage(out, Command[command], 0, 0, 0, 0)).toString("hex"),
  })),
  { what: "a command that does not exist", packet: () => "00ff 0000 0000 0000 00000000 00000000" },
  { what: "a command that only servers send", packet: () => "0016 0000 0000 0000 00000007 00000003" },
  { what: "a search for the name", packet: () => "0006 0008 000a 000d 00000001 00000001 523a616f00000000" },
  {
    what: "a search for another name that wants an answer",
    packet: () => "0006 0008 000a 000d 00000001 00000001 6e6f000000000000",
  },
  {
    what: "a search for another name that wants none",
    packet: () => "0006 0008 0005 000d 00000001 00000001 6e6f000000000000",
  },
  {
    what: "a search of a client before 4.4",
    packet: () => "0006 0008 000a 0003 00000001 00000001 523a616f00000000",
  },
  {
    what: "a channel that nobody has",
    packet: () => "0012 0008 0000 0000 00000008 0000000d 6e6f000000000000",
  },
  { what: "an empty name", packet: () => "0012 0000 0000 0000 00000008 0000000d" },
  {
    what: "a user name after the first channel",
    packet: () => "0014 0008 0000 0000 00000000 00000000 6d65000000000000",
  },
  { what: "a version before 4.4", packet: () => "0000 0000 0000 0003 00000000 00000000" },
  { what: "a priority above 99", packet: () => "0000 0000 0064 000d 00000000 00000000" },
];

describe("our server and RSRV react in the same way to", { ...needsPython, concurrency: 8 }, () => {
  let ioc: SoftIoc;
  let server: CaServer;

  before(async () => {
    ioc = await startSoftIoc(join(repositoryRoot, "test", "data", "caClient.db"));
    const pv = new MemoryPv("DOUBLE", 1.5, { units: "mm" });
    server = await startServer([new MemoryProvider({ "R:ao": pv })]);
  });
  after(async () => {
    await server.stop();
    await ioc.stop();
  });

  async function reaction(port: number, { packet, answersLater = false }: Packet): Promise<Reaction> {
    const client = new RawClient(port);
    await client.createChannel();
    const reacted = await client.send(packet(client.sid), answersLater);
    client.close();
    return reacted;
  }

  for (const packet of packets)
    it(packet.what, async () => {
      const [ours, reference] = await Promise.all([
        reaction(server.tcpPort, packet),
        reaction(ioc.port, packet),
      ]);
      assert.deepEqual(ours, reference);
    });
});
