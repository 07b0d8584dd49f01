import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, mock } from "node:test";
import { filter, firstValueFrom, map, shareReplay, take, timeout, toArray } from "rxjs";
import { ClientCircuit } from "../../../src/ca/client/clientCircuit.js";
import { CaClient, CaError, Eca } from "../../../src/ca/index.js";
import { peerEnvironment } from "../../ca/support/loopback.js";
import { freePort } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython, spawnPython } from "../../support/python.js";
import { stopped } from "./support/lines.js";
import { PEER_SERVERS, type PeerServer, type Row, serverTest } from "./support/matrix.js";
import { untilRunning } from "./support/softIoc.js";

const PROGRAM = readFileSync(join(repositoryRoot, "test/interop/ca/support/peerServer.py"), "utf8");
const DOUBLES_IN_100_MB = 12_500_000;
/** caproto takes some hundred puts a second, which is no flood. */
const FLOOD: Readonly<Record<PeerServer, number>> = { softioc: 30_000, caproto: 1000 };

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

async function start(
  kind: PeerServer,
  directory: string,
  port: number,
  repeaterPort: number,
): Promise<Server> {
  const environment = {
    ...peerEnvironment(port),
    EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
    EPICS_CA_REPEATER_PORT: String(repeaterPort),
  };
  const child = spawnPython(PROGRAM, environment, [kind, directory]);
  await untilRunning(child);
  return {
    port,
    stop: () => stopped(child),
  };
}

/** With which status a server refuses a put-callback of a client that may only read. */
const REFUSAL: Readonly<Record<PeerServer, number>> = { softioc: Eca.NOWTACCESS, caproto: Eca.PUTFAIL };

/** The machine may be busy with other tests, and caproto takes 5 s for ten thousand channels on one that is not. */
const PATIENT = { timeoutSeconds: 60 };

const bytesOf = (array: Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Keeps the event loop busy, as a client's slow handler does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("our client and servers of other makes", {
  ...needsPython,
  concurrency: PEER_SERVERS.length,
}, () => {
  for (const kind of PEER_SERVERS)
    describe(kind, { concurrency: 1 }, () => {
      const directory = mkdtempSync(join(tmpdir(), "tomoioc-ca-"));
      let server: Server;
      let client: CaClient;
      let restart: (port: number) => Promise<Server>;
      const row = (name: Row, steps: () => Promise<void>): void => {
        it(serverTest(kind, name), steps);
      };
      const read = async (name: string, as?: "STRING"): Promise<unknown> =>
        (await client.connect(name).read({ ...PATIENT, ...(as === undefined ? {} : { as }) })).value;

      /** A get that follows a put-callback is not promised to see the put by every server; in the end all of them do. */
      const becomes = async (name: string, expected: number): Promise<void> => {
        const channel = client.connect(name);
        const values$ = channel.monitor().pipe(
          filter(({ value }) => value === expected),
          timeout(PATIENT.timeoutSeconds * 1000),
        );
        await assert.doesNotReject(
          firstValueFrom(values$),
          `${name} of ${channel.server} is not ${expected}`,
        );
      };

      before(async () => {
        const repeaterPort = await freePort();
        restart = (port) => start(kind, directory, port, repeaterPort);
        server = await restart(await freePort());
        client = new CaClient({
          environment: {},
          addressList: [`127.0.0.1:${server.port}`],
          autoAddressList: false,
          repeaterPort,
        });
      });
      after(async () => {
        client.close();
        await server.stop();
        rmSync(directory, { recursive: true });
      });

      row("get", async () => {
        assert.equal(await read("double"), 1.5);
        assert.equal(await read("text"), "hello");
        assert.deepEqual(await read("wave"), Int16Array.of(1, 2, 3));
      });

      row("put", async () => {
        const channel = client.connect("double");
        await channel.whenConnected(PATIENT);
        assert.ok(channel.write({ type: "DOUBLE", value: 2.25 }).ok);
        await firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === 2.25)));
      });

      row("put-callback", async () => {
        const channel = client.connect("slow");
        await channel.whenConnected(PATIENT);
        const started = performance.now();
        await channel.writeNotify({ type: "DOUBLE", value: 1 }, PATIENT);
        assert.ok(performance.now() - started > 250);
      });

      row("monitor", async () => {
        const channel = client.connect("word");
        const values = firstValueFrom(
          channel.monitor().pipe(
            map(({ value }) => value),
            take(4),
            toArray(),
          ),
        );
        await firstValueFrom(channel.monitor());
        for (const value of ["a", "b", "c"]) await channel.writeNotify({ type: "STRING", value }, PATIENT);
        assert.deepEqual(await values, ["hello", "a", "b", "c"]);
      });

      row("string and enum conversion", async () => {
        assert.equal(Number(await read("mm", "STRING")), 1.5);
        assert.equal(await read("enum", "STRING"), "Open");
        assert.equal(await read("enum"), 1);
        await client.connect("enum").writeNotify({ type: "STRING", value: "Moving" }, PATIENT);
        await client.connect("mm").writeNotify({ type: "STRING", value: "3.5" }, PATIENT);
        await becomes("enum", 2);
        await becomes("mm", 3.5);
      });

      row("100 MB array", async () => {
        const channel = client.connect("large");
        const value = new Float64Array(DOUBLES_IN_100_MB);
        for (let index = 0; index < value.length; index++) value[index] = index;
        await channel.writeNotify({ type: "DOUBLE", value }, PATIENT);
        const back = (await channel.read(PATIENT)).value;
        assert.ok(back instanceof Float64Array);
        assert.equal(Buffer.compare(bytesOf(back), bytesOf(value)), 0);
      });

      row("access denied and changed", async () => {
        const channel = client.connect("locked");
        await channel.whenConnected(PATIENT);
        assert.deepEqual(channel.access, { read: true, write: false });
        assert.equal(channel.write({ type: "DOUBLE", value: 8 }).ok, false);
        await assert.rejects(
          channel.writeNotify({ type: "DOUBLE", value: 8 }, PATIENT),
          (error) => error instanceof CaError && error.status === REFUSAL[kind],
        );
        // caproto's server has no way to change the rights of a channel that is open.
        if (kind === "caproto") return;
        await client.connect("perm").writeNotify({ type: "DOUBLE", value: 1 }, PATIENT);
        await firstValueFrom(channel.access$.pipe(filter(({ write }) => write)));
        await channel.writeNotify({ type: "DOUBLE", value: 9 }, PATIENT);
        assert.equal(await read("locked"), 9);
      });

      row("flow control", async () => {
        const channel = client.connect("flood");
        await channel.whenConnected(PATIENT);
        const held = mock.method(ClientCircuit.prototype, "eventsOff");
        const values: number[] = [];
        const last = firstValueFrom(
          channel.monitor().pipe(
            filter(({ value }) => {
              if (values.push(Number(value)) === 2) block(500);
              return value === FLOOD[kind];
            }),
          ),
        );
        for (let value = 1; value <= FLOOD[kind]; value++) channel.write({ type: "DOUBLE", value });
        await last;
        assert.deepEqual(
          values,
          values.toSorted((a, b) => a - b),
        );
        assert.ok(kind === "caproto" || held.mock.callCount() > 0, "no EVENTS_OFF");
      });

      for (const [name, count] of [
        ["1 000 channels", 1000],
        ["10 000 channels", 10_000],
      ] as const)
        row(name, async () => {
          const channels = Array.from({ length: count }, (_, index) => client.connect(`pv${index}`));
          const readings = await Promise.all(channels.map((channel) => channel.read(PATIENT)));
          assert.equal(readings.filter(({ value }, index) => value === index).length, count);
          for (const channel of channels) channel.close();
        });

      row("reconnect after a server restart", async () => {
        const channel = client.connect("restarted");
        const values$ = channel.monitor().pipe(
          map(({ value }) => value),
          shareReplay(),
        );
        const values = firstValueFrom(values$.pipe(take(3), toArray()));
        await channel.writeNotify({ type: "DOUBLE", value: 2 }, PATIENT);
        // caproto's server answers a put-callback some milliseconds before it sends the events of the put.
        await firstValueFrom(values$.pipe(filter((value) => value === 2)));
        const lost = firstValueFrom(channel.connected$.pipe(filter((connected) => !connected)));
        await server.stop();
        await lost;
        server = await restart(server.port);
        assert.deepEqual(await values, [1, 2, 1]);
      });
    });
});
