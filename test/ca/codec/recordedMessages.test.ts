import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClientCircuit } from "../../../src/ca/client/clientCircuit.js";
import { searchDatagrams } from "../../../src/ca/client/searchDatagrams.js";
import { Command, type CommandName } from "../../../src/ca/codec/commands.js";
import { getDbrValue } from "../../../src/ca/codec/dbr.js";
import { DBR_TYPES, type DbrType, dbrType } from "../../../src/ca/codec/dbrTypes.js";
import { type CaMessage, textOf } from "../../../src/ca/codec/message.js";
import { MessageDecoder } from "../../../src/ca/codec/messageDecoder.js";
import { beaconMessage } from "../../../src/ca/net/beacon.js";
import { registerMessage } from "../../../src/ca/net/repeaterRegistration.js";
import type { Value } from "../../../src/channel/dbf.js";
import { bytes, sameBytes, written } from "../support/bytes.js";
import { heardBy } from "../support/heardBy.js";
import {
  circuitRequestLayouts,
  circuitResponseLayouts,
  datagramLayouts,
  searchAnswerLayouts,
} from "../support/messageTable.js";
import { rewriters } from "../support/payloads.js";
import { layoutOf, type RecordedMessage, recordedMessages } from "../support/recordedMessages.js";

function decoded(recorded: RecordedMessage): CaMessage {
  const decoder = new MessageDecoder();
  decoder.push(bytes(recorded.bytes));
  assert.equal(decoder.next(), "message");
  assert.equal(decoder.pending, 0);
  return decoder.message;
}

const titleOf = ({ command, from, by, dataType, count }: RecordedMessage): string =>
  `${command} of a ${from} (${by}), data type ${dataType}, count ${count}`;

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const commandsOf = (chosen: (message: RecordedMessage) => boolean): string[] =>
  sorted(recordedMessages.filter(chosen).map(({ command }) => command));

describe("the recorded messages", () => {
  it("have every command", () => {
    assert.deepEqual(
      commandsOf(() => true),
      sorted(Object.keys(Command)),
    );
  });

  it("have every request of a circuit, and those that servers refuse", () => {
    const refused = ["SNAPSHOT", "BUILD", "READ_BUILD", "SIGNAL", "ERROR"];
    const found = commandsOf(({ from, over }) => from === "client" && over === "circuit");
    assert.deepEqual(found, sorted([...Object.keys(circuitRequestLayouts), ...refused]));
  });

  it("have every response of a circuit", () => {
    const found = commandsOf(({ from, over }) => from === "server" && over === "circuit");
    assert.deepEqual(found, sorted(Object.keys(circuitResponseLayouts)));
  });

  it("have every message of datagrams", () => {
    const found = commandsOf(({ over }) => over === "datagram");
    assert.deepEqual(found, sorted(Object.keys(datagramLayouts)));
    const answers = commandsOf(
      ({ over, from, command }) => over === "datagram" && from === "server" && command !== "RSRV_IS_UP",
    );
    assert.deepEqual(answers, sorted(Object.keys(searchAnswerLayouts)));
  });

  it("have every DBR type, read or written", () => {
    const carried = recordedMessages.filter((message) => layoutOf(message)?.payload === "dbr");
    assert.deepEqual(
      new Set(carried.map(({ dataType }) => dataType)),
      new Set(DBR_TYPES.map(({ code }) => code)),
    );
  });

  for (const recorded of recordedMessages) {
    const { command, dataType, count, cid, available } = recorded;

    it(`${titleOf(recorded)}: is read`, () => {
      const message = decoded(recorded);
      const header = [message.command, message.dataType, message.count, message.cid, message.available];
      assert.deepEqual(header, [Command[command], dataType, count, cid, available]);
    });

    it(`${titleOf(recorded)}: is written byte for byte`, () => {
      const message = decoded(recorded);
      // EVENT_CANCEL is confirmed by an EVENT_ADD without payload.
      const kind = message.payloadSize === 0 ? "none" : (layoutOf(recorded)?.payload ?? "none");
      sameBytes(
        written((out) => rewriters[kind](out, message)),
        recorded.bytes,
      );
    });
  }
});

function typeOf(message: CaMessage): DbrType {
  const type = dbrType(message.dataType);
  assert.ok(type);
  return type;
}

function elementsOf(message: CaMessage): Value {
  const value = getDbrValue(
    message.view,
    message.offset,
    typeOf(message),
    message.count,
    message.payloadSize,
  );
  assert.ok(value !== undefined);
  return value;
}

/** How our circuit is asked for the message; it numbers requests itself, so `available` is taken from what it wrote. */
const requests: Readonly<Partial<Record<CommandName, (circuit: ClientCircuit, message: CaMessage) => void>>> =
  {
    CREATE_CHAN: (circuit, message) =>
      circuit.createChannel({
        name: textOf(message),
        cid: message.cid,
        created: () => {},
        accessRights: () => {},
        rejected: () => {},
        circuitClosed: () => {},
      }),
    CLEAR_CHANNEL: (circuit, { cid, available }) => circuit.clearChannel(cid, available),
    READ_NOTIFY: (circuit, message) => {
      circuit.readNotify(
        message.cid,
        typeOf(message),
        message.count,
        heardBy(() => {}),
      );
    },
    WRITE: (circuit, message) => circuit.write(message.cid, typeOf(message), elementsOf(message)),
    WRITE_NOTIFY: (circuit, message) => {
      circuit.writeNotify(
        message.cid,
        typeOf(message),
        elementsOf(message),
        heardBy(() => {}),
      );
    },
    EVENT_ADD: (circuit, message) => {
      const mask = message.view.getUint16(message.offset + 12);
      circuit.subscribe(message.cid, typeOf(message), message.count, mask, () => {});
    },
    EVENT_CANCEL: (circuit, message) => {
      const { cid, count } = message;
      const id = circuit.subscribe(cid, typeOf(message), count, 5, () => {});
      circuit.out.clear();
      circuit.unsubscribe(cid, typeOf(message), count, id);
    },
    ECHO: (circuit) => circuit.echo(),
  };

const ownNumbers = new Set<CommandName>([
  "READ_NOTIFY",
  "WRITE",
  "WRITE_NOTIFY",
  "EVENT_ADD",
  "EVENT_CANCEL",
]);
const AVAILABLE_OFFSET = 12;

const sentBy = (by: string, command: CommandName): RecordedMessage[] =>
  recordedMessages.filter((message) => message.by === by && message.command === command);

describe("our client writes what libca wrote", () => {
  const quiet = { peer: "", priority: 0, user: "", host: "", onOutput: () => {} };

  it("VERSION, CLIENT_NAME and HOST_NAME", () => {
    const [version, user, host] = (["VERSION", "CLIENT_NAME", "HOST_NAME"] as const).map((command) =>
      sentBy("libca", command).find(({ over }) => over === "circuit"),
    );
    assert.ok(version && user && host);
    const circuit = new ClientCircuit({
      ...quiet,
      user: textOf(decoded(user)),
      host: textOf(decoded(host)),
    });
    sameBytes(circuit.out.written, version.bytes + user.bytes + host.bytes);
  });

  it("VERSION and SEARCH in a datagram", () => {
    const [version, search] = (["VERSION", "SEARCH"] as const).map((command) =>
      sentBy("libca", command).find(({ over }) => over === "datagram"),
    );
    assert.ok(version && search);
    const [datagram] = searchDatagrams([{ cid: search.cid, name: textOf(decoded(search)) }], version.cid);
    assert.ok(datagram);
    sameBytes(datagram, version.bytes + search.bytes);
  });

  for (const [command, ask] of Object.entries(requests))
    for (const recorded of recordedMessages.filter(
      (message) => message.by === "libca" && message.over === "circuit" && message.command === command,
    ))
      it(titleOf(recorded), () => {
        const circuit = new ClientCircuit(quiet);
        circuit.out.clear();
        ask(circuit, decoded(recorded));
        const ours = Buffer.from(circuit.out.written);
        if (ownNumbers.has(recorded.command)) ours.writeUInt32BE(recorded.available, AVAILABLE_OFFSET);
        sameBytes(ours, recorded.bytes);
      });

  it("REPEATER_REGISTER as the specification has it", () => {
    const [recorded] = sentBy("specification", "REPEATER_REGISTER");
    assert.ok(recorded);
    sameBytes(registerMessage(), recorded.bytes);
  });
});

describe("our server writes what RSRV wrote", () => {
  it("beacons", () => {
    const [recorded] = sentBy("RSRV", "RSRV_IS_UP");
    assert.ok(recorded);
    sameBytes(beaconMessage(recorded.count, recorded.cid), recorded.bytes);
  });
});
