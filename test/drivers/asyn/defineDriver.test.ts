import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, map, NEVER, tap, throwError } from "rxjs";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import { int32, octet } from "../../../src/drivers/asyn/driverParameter.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";

const door = defineDriver("Door", { OPEN: int32(0), STATUS: int32(), NAME: octet("front") }, ({ params }) =>
  params.OPEN.written$.pipe(
    filter((value) => value === 1),
    map((value) => params.STATUS.set(value)),
  ),
);

test("a driver answers writes of its parameters for as long as its port is open", () => {
  const port = door("D1");
  port.params.OPEN.write(1);
  assert.equal(port.params.STATUS.value, 1);
  port.close();
  port.params.STATUS.set(0);
  port.params.OPEN.write(1);
  assert.equal(port.params.STATUS.value, 0);
});

test("a late subscriber gets the present value first, then every set", () => {
  const port = door("D2");
  const seen: string[] = [];
  port.params.NAME.value$.subscribe((value) => seen.push(value));
  port.params.NAME.set("back");
  port.params.NAME.set("back");
  assert.deepEqual(seen, ["front", "back", "back"]);
});

test("a write handler can clamp and refuse", () => {
  const port = door("D3");
  port.params.OPEN.handleWrites((value) => {
    if (value < 0) throw new Error("a door does not open inwards");
    return Math.min(value, 1);
  });
  port.params.OPEN.write(7);
  assert.equal(port.params.OPEN.value, 1);
  assert.throws(() => port.params.OPEN.write(-1), /inwards/);
  assert.equal(port.params.OPEN.value, 1);
});

test("parameters are found by name, unknown names are undefined", () => {
  const port = door("D4");
  assert.equal(port.parameter("OPEN", 0), port.params.OPEN);
  assert.equal(port.parameter("NONE", 0), undefined);
});

test("an error in a driver ends the driver, not the process", () => {
  let connected: boolean | undefined;
  const broken = defineDriver("Broken", { X: int32() }, () => throwError(() => new Error("hardware fault")))(
    "B",
  );
  broken.connected$.subscribe((value) => {
    connected = value;
  });
  assert.equal(connected, false);
});

test("closing the registry ends every driver, and a name is taken once", () => {
  const ports = new PortRegistry();
  let ended = false;
  const quiet = defineDriver("Quiet", { X: int32() }, () =>
    NEVER.pipe(tap({ unsubscribe: () => (ended = true) })),
  );
  ports.add(quiet("Q"));
  assert.throws(() => ports.add(quiet("Q")), /"Q" exists already/);
  ports.close();
  assert.ok(ended);
  assert.equal(ports.get("Q"), undefined);
});
