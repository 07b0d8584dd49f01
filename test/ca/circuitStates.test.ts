import "./support/silentLog.js";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ClientState, clientCircuitStates } from "../../src/ca/client/circuitStates.js";
import { ClientCircuit } from "../../src/ca/client/clientCircuit.js";
import { Command, type CommandName, commandName } from "../../src/ca/codec/commands.js";
import { dbrTypeOf } from "../../src/ca/codec/dbrTypes.js";
import { ecaName } from "../../src/ca/codec/eca.js";
import { MessageDecoder } from "../../src/ca/codec/messageDecoder.js";
import { type ServerState, serverCircuitStates } from "../../src/ca/server/circuitStates.js";
import { ServerCircuit } from "../../src/ca/server/serverCircuit.js";
import { bytes } from "./support/bytes.js";
import { heardBy } from "./support/heardBy.js";
import { MemoryProvider, MemoryPv } from "./support/memoryProvider.js";

const commands = Object.keys(Command) as CommandName[];

/** The messages in `data` by name, an ERROR by its status. */
function namesOf(data: Uint8Array): string[] {
  const decoder = new MessageDecoder();
  decoder.push(data);
  const names: string[] = [];
  while (decoder.next() === "message") {
    const { command, available } = decoder.message;
    names.push(command === Command.ERROR ? ecaName(available) : (commandName(command) ?? String(command)));
  }
  return names;
}

const VERSION = "0000 0000 0000 000d 00000000 00000000";
const CREATE_X = "0012 0008 0000 0000 00000007 0000000d 7800000000000000";
const SUBSCRIBE = "0001 0010 0006 0001 SID 00000005 000000000000000000000000 0005 0000";

interface ServerRow {
  readonly request: string;
  /** On a connected circuit that has the channel x (cid 7) and, with `subscribed`, its subscription 5. */
  readonly answers: readonly string[];
  readonly state: ServerState;
  readonly subscribed?: boolean;
}

const accepted = (request: string, answers: readonly string[], subscribed = false): ServerRow => ({
  request,
  answers,
  state: "connected",
  subscribed,
});

/** RSRV takes a command that it does not know for damage, and hangs up. */
const damaged = (code: string): ServerRow => ({
  request: `${code} 0000 0000 0000 00000000 00000000`,
  answers: ["ECA_INTERNAL"],
  state: "closed",
});

const serverRows: Readonly<Record<CommandName, ServerRow>> = {
  VERSION: accepted(VERSION, []),
  EVENT_ADD: accepted(SUBSCRIBE, ["EVENT_ADD"]),
  EVENT_CANCEL: accepted("0002 0000 0006 0001 SID 00000005", ["EVENT_ADD"], true),
  READ: accepted("0003 0000 0006 0001 SID 00000009", ["READ"]),
  WRITE: accepted("0004 0008 0006 0001 SID 00000009 4000000000000000", []),
  SNAPSHOT: damaged("0005"),
  SEARCH: accepted("0006 0008 0005 000d 00000008 00000008 7800000000000000", ["SEARCH"]),
  BUILD: damaged("0007"),
  EVENTS_OFF: accepted("0008 0000 0000 0000 00000000 00000000", []),
  EVENTS_ON: accepted("0009 0000 0000 0000 00000000 00000000", []),
  READ_SYNC: accepted("000a 0000 0000 0000 00000000 00000000", ["READ_SYNC"]),
  ERROR: damaged("000b"),
  CLEAR_CHANNEL: accepted("000c 0000 0000 0000 SID 00000007", ["CLEAR_CHANNEL"]),
  RSRV_IS_UP: damaged("000d"),
  NOT_FOUND: damaged("000e"),
  READ_NOTIFY: accepted("000f 0000 0006 0001 SID 00000009", ["READ_NOTIFY"]),
  READ_BUILD: damaged("0010"),
  REPEATER_CONFIRM: damaged("0011"),
  CREATE_CHAN: accepted("0012 0008 0000 0000 00000008 0000000d 7800000000000000", [
    "ACCESS_RIGHTS",
    "CREATE_CHAN",
  ]),
  // Answered when the write is done: not at once.
  WRITE_NOTIFY: accepted("0013 0008 0006 0001 SID 00000009 4000000000000000", []),
  // Refused after the first channel, but the circuit stays.
  CLIENT_NAME: accepted("0014 0008 0000 0000 00000000 00000000 6d65000000000000", ["ECA_INTERNAL"]),
  HOST_NAME: accepted("0015 0008 0000 0000 00000000 00000000 6d65000000000000", ["ECA_INTERNAL"]),
  ACCESS_RIGHTS: damaged("0016"),
  ECHO: accepted("0017 0000 0000 0000 00000000 00000000", ["ECHO"]),
  REPEATER_REGISTER: damaged("0018"),
  SIGNAL: damaged("0019"),
  CREATE_CH_FAIL: damaged("001a"),
  SERVER_DISCONN: damaged("001b"),
};

class Server {
  readonly circuit = new ServerCircuit(
    {
      providers: [new MemoryProvider({ x: new MemoryPv("DOUBLE", 1) })],
      tcpPort: 5064,
      maximumArrayBytes: undefined,
      peer: "",
    },
    { unsent: 0, flush: () => {}, scheduleFlush: () => {} },
  );

  constructor() {
    this.circuit.out.clear();
  }

  ask(request: string): string[] {
    const [sid = 0] = this.circuit.channels.keys();
    this.circuit.receive(bytes(request.replace("SID", sid.toString(16).padStart(8, "0"))));
    const answers = namesOf(this.circuit.out.written);
    this.circuit.out.clear();
    return answers;
  }
}

describe("a server circuit", () => {
  for (const command of commands) {
    const { request, answers, state, subscribed = false } = serverRows[command];

    const first = command === "VERSION" ? [] : ["ECA_DEFUNCT"];
    it(`before VERSION: ${command} is answered ${first.join() || "by nothing"}`, () => {
      const server = new Server();
      assert.deepEqual(server.ask(request), first);
      assert.equal(server.circuit.state, command === "VERSION" ? "connected" : "awaitingVersion");
    });

    it(`connected: ${command} is answered ${answers.join(" and ") || "by nothing"}, then it is ${state}`, () => {
      const server = new Server();
      server.ask(VERSION + CREATE_X);
      if (subscribed) server.ask(SUBSCRIBE);
      assert.deepEqual(server.ask(request), answers);
      assert.equal(server.circuit.state, state);
    });

    it(`closed: ${command} is answered by nothing`, () => {
      const server = new Server();
      server.ask(VERSION + CREATE_X);
      server.circuit.close("test");
      assert.deepEqual(server.ask(request), []);
      assert.equal(server.circuit.state, "closed");
    });
  }

  it("goes by a table of just these states", () => {
    for (const command of commands) {
      const known = serverRows[command].state === "connected";
      assert.equal(serverCircuitStates.connected[command] !== undefined, known, command);
    }
    assert.deepEqual(serverCircuitStates.awaitingVersion, { VERSION: "connected" });
    assert.deepEqual(serverCircuitStates.closed, {});
  });
});

interface ClientRow {
  readonly response: string;
  /** What a circuit with channel x (cid 7), a request 1, a put 2 and a subscription 3 makes of it. */
  readonly heard: readonly string[];
  readonly state: ClientState;
}

const heard = (response: string, ...what: string[]): ClientRow => ({
  response,
  heard: what,
  state: "connected",
});

/** A client hangs up on what no server sends, and what is under way fails with ECA_DISCONN. */
const strange = (code: string): ClientRow => ({
  response: `${code} 0000 0000 0000 00000000 00000000`,
  heard: ["read ECA_DISCONN", "put ECA_DISCONN", "circuit closed"],
  state: "closed",
});

const clientRows: Readonly<Record<CommandName, ClientRow>> = {
  VERSION: heard(VERSION),
  EVENT_ADD: heard("0001 0008 0006 0001 00000001 00000001 4000000000000000", "event ECA_NORMAL"),
  EVENT_CANCEL: heard("0002 0000 0006 0001 00000001 00000003"),
  READ: heard("0003 0008 0006 0001 00000007 00000001 4000000000000000"),
  WRITE: strange("0004"),
  SNAPSHOT: strange("0005"),
  SEARCH: heard("0006 0000 13c8 0000 ffffffff 00000007", "found 7"),
  BUILD: strange("0007"),
  EVENTS_OFF: strange("0008"),
  EVENTS_ON: strange("0009"),
  READ_SYNC: heard("000a 0000 0000 0000 00000000 00000000"),
  ERROR: heard(
    "000b 0018 0000 0000 00000007 00000048 000f 0000 0006 0001 00000003 00000001 6e6f000000000000",
    "read ECA_TOLARGE",
  ),
  CLEAR_CHANNEL: heard("000c 0000 0000 0000 00000003 00000007"),
  RSRV_IS_UP: strange("000d"),
  NOT_FOUND: heard("000e 0000 0005 000d 00000007 00000007"),
  READ_NOTIFY: heard("000f 0008 0006 0001 00000001 00000001 4000000000000000", "read ECA_NORMAL"),
  READ_BUILD: strange("0010"),
  REPEATER_CONFIRM: strange("0011"),
  CREATE_CHAN: heard("0012 0000 0006 0001 00000007 00000003", "created"),
  WRITE_NOTIFY: heard("0013 0000 0006 0001 000000a0 00000002", "put ECA_PUTFAIL"),
  CLIENT_NAME: strange("0014"),
  HOST_NAME: strange("0015"),
  ACCESS_RIGHTS: heard("0016 0000 0000 0000 00000007 00000001", "access true false"),
  ECHO: heard("0017 0000 0000 0000 00000000 00000000"),
  REPEATER_REGISTER: strange("0018"),
  SIGNAL: strange("0019"),
  CREATE_CH_FAIL: heard("001a 0000 0000 0000 00000007 00000000", "rejected"),
  SERVER_DISCONN: heard("001b 0000 0000 0000 00000007 00000000", "rejected"),
};

class Client {
  readonly heard: string[] = [];
  readonly circuit = new ClientCircuit({
    peer: "",
    priority: 0,
    user: "",
    host: "",
    onFound: (cid) => this.heard.push(`found ${cid}`),
    onOutput: () => {},
  });

  constructor() {
    const type = dbrTypeOf("plain", "DOUBLE");
    this.circuit.createChannel({
      name: "x",
      cid: 7,
      created: () => this.heard.push("created"),
      accessRights: (read, write) => this.heard.push(`access ${read} ${write}`),
      rejected: () => this.heard.push("rejected"),
      circuitClosed: () => this.heard.push("circuit closed"),
    });
    const read = heardBy((status) => this.heard.push(`read ${ecaName(status)}`));
    const put = heardBy((status) => this.heard.push(`put ${ecaName(status)}`));
    this.circuit.readNotify(3, type, 1, read);
    this.circuit.writeNotify(3, type, 2, put);
    this.circuit.subscribe(3, type, 1, 5, (status) => this.heard.push(`event ${ecaName(status)}`));
  }
}

describe("a client circuit", () => {
  for (const command of commands) {
    const { response, heard: expected, state } = clientRows[command];
    const what = `${command} is heard as ${expected.join(", ") || "nothing"}, then it is ${state}`;

    it(`before VERSION: ${what}`, () => {
      const client = new Client();
      client.circuit.receive(bytes(response));
      assert.deepEqual(client.heard, expected);
      assert.equal(client.circuit.state, state);
    });

    it(`connected: ${what}`, () => {
      const client = new Client();
      client.circuit.receive(bytes(VERSION + response));
      assert.deepEqual(client.heard, expected);
      assert.equal(client.circuit.state, state);
    });

    it(`closed: ${command} is not heard`, () => {
      const client = new Client();
      client.circuit.close("test");
      client.heard.length = 0;
      client.circuit.receive(bytes(response));
      assert.deepEqual(client.heard, []);
      assert.equal(client.circuit.state, "closed");
    });
  }

  it("goes by a table of just these states", () => {
    for (const command of commands) {
      const known = clientRows[command].state === "connected";
      for (const state of ["awaitingVersion", "connected"] as const)
        assert.equal(clientCircuitStates[state][command] !== undefined, known, command);
    }
    assert.deepEqual(clientCircuitStates.closed, {});
  });
});
