import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Subject } from "rxjs";
import { Severity, Status } from "../../src/channel/alarm.js";
import { main as pvget } from "../../src/cli/pvget.js";
import { main as pvinfo } from "../../src/cli/pvinfo.js";
import { main as pvmonitor } from "../../src/cli/pvmonitor.js";
import { main as pvput } from "../../src/cli/pvput.js";
import { UNDEFINED_TIME } from "../../src/libcom/epicsTime.js";
import {
  type PvaServer,
  PvUnion,
  PvVariant,
  pvInt,
  pvString,
  pvVariant,
  SharedPV,
  SharedPvProvider,
  scalarArray,
  structure,
  structureArray,
  union,
} from "../../src/pva/index.js";
import { startLoopbackServer } from "../pva/support/loopback.js";
import { TableProvider } from "../pva/support/tableProvider.js";

const POINT = structure("point_t", { x: pvInt });
const CUSTOM = structure("custom_t", {
  name: pvString,
  choice: union("", { a: pvInt, b: scalarArray("short") }),
  extra: pvVariant,
  points: structureArray(POINT),
});

class Recorder {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly line$ = new Subject<string>();

  out(text: string): void {
    this.lines.push(text);
    this.line$.next(text);
  }

  error(text: string): void {
    this.errors.push(text);
  }
}

const withoutTime = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/, "TIME");

describe("the pv tools", () => {
  const table = new TableProvider({
    "t:ao": { fieldType: "DOUBLE", value: 1.5 },
    "t:enum": { fieldType: "ENUM", value: 1, properties: { states: ["Off", "On air"] } },
    "t:wave": { fieldType: "LONG", elementCount: 10, value: Int32Array.of(1, 2, 3) },
    "t:new": { fieldType: "LONG", value: 0 },
    "t:text": { fieldType: "STRING", value: "hello" },
  });
  const structures = new SharedPvProvider();
  const custom = new SharedPV(
    CUSTOM,
    {
      name: "n",
      choice: new PvUnion("b", Int16Array.of(4, 5)),
      extra: new PvVariant(pvInt, 6),
      points: [{ x: 7 }],
    },
    { put: "post" },
  );
  let server: PvaServer;

  before(async () => {
    structures.add("t:custom", custom);
    table.post("t:new", { time: UNDEFINED_TIME });
    const loopback = await startLoopbackServer({ providers: [table], structures: [structures] });
    server = loopback.server;
    Object.assign(process.env, loopback.env);
  });
  after(() => server.stop());

  const run = async (tool: typeof pvget, ...words: string[]) => {
    const output = new Recorder();
    const status = await tool(words, "tool", output);
    return { status, lines: output.lines.map(withoutTime), errors: output.errors };
  };

  test("pvget shows scalars, enums and arrays on a line each, in order", async () => {
    const { lines } = await run(pvget, "t:ao", "t:enum", "t:wave", "t:text");
    assert.deepEqual(lines, [
      "t:ao TIME  1.5",
      "t:enum TIME  (1) On air",
      "t:wave TIME  [1,2,3]",
      "t:text TIME  hello",
    ]);
  });

  test("pvget shows an alarm with severity, class and message", async () => {
    table.post("t:text", { status: Status.LINK, severity: Severity.INVALID });
    const { lines } = await run(pvget, "t:text");
    assert.deepEqual(lines, ["t:text TIME  hello INVALID RECORD LINK"]);
  });

  test("pvget shows other structures field by field", async () => {
    const { lines } = await run(pvget, "t:custom");
    assert.deepEqual(lines[0]?.split("\n"), [
      "t:custom",
      "custom_t",
      "    string name n",
      "    union choice",
      "        short[] b [4,5]",
      "    any extra",
      "        int 6",
      "    point_t[] points",
      "        point_t",
      "            int x 7",
    ]);
  });

  test("pvget shows JSON", async () => {
    const { lines } = await run(pvget, "-M", "json", "t:custom");
    assert.deepEqual(lines, ['t:custom {"name":"n","choice":[4,5],"extra":6,"points":[{"x":7}]}']);
  });

  test("pvget shows only the fields that were asked for", async () => {
    assert.deepEqual(
      [
        (await run(pvget, "-M", "json", "-r", "value,alarm.severity", "t:wave")).lines,
        (await run(pvget, "-r", "field(value)", "t:wave")).lines,
      ],
      [['t:wave {"value":[1,2,3],"alarm":{"severity":0}}'], ["t:wave  [1,2,3]"]],
    );
  });

  test("pvget shows that a record was never processed", async () => {
    const { lines } = await run(pvget, "t:new");
    assert.deepEqual(lines, ["t:new <undefined>  0"]);
  });

  test("pvget says which PV it could not find, and shows the others", async () => {
    const { status, lines, errors } = await run(pvget, "-w", "0.5", "t:none", "t:ao");
    assert.deepEqual(
      [status, lines, errors],
      [1, ["t:ao TIME  1.5"], ["t:none: not connected within 0.5 s"]],
    );
  });

  test("pvget without a name is refused", async () => {
    assert.equal((await run(pvget)).status, 1);
  });

  test("pvput writes a number and shows it before and after", async () => {
    const { lines } = await run(pvput, "t:ao", "-2.5");
    assert.deepEqual(lines, ["Old : t:ao TIME  1.5", "New : t:ao TIME  -2.5"]);
  });

  test("pvput writes an enum by its text", async () => {
    await run(pvput, "t:enum", "Off");
    assert.equal(table.sample("t:enum").value, 0);
    await run(pvput, "t:enum", "On air");
    assert.equal(table.sample("t:enum").value, 1);
  });

  test("pvput refuses a text that is no choice", async () => {
    const { status, errors } = await run(pvput, "t:enum", "Blink");
    assert.deepEqual([status, errors], [1, ['t:enum: "Blink" is not one of Off,On air']]);
  });

  test("pvput writes an array from words or from JSON", async () => {
    await run(pvput, "t:wave", "4", "5");
    assert.deepEqual(table.sample("t:wave").value, Int32Array.of(4, 5));
    await run(pvput, "t:wave", "[6, 7, 8]");
    assert.deepEqual(table.sample("t:wave").value, Int32Array.of(6, 7, 8));
  });

  test("pvput writes named fields", async () => {
    await run(pvput, "t:custom", "name=other");
    assert.equal(custom.value["name"], "other");
  });

  test("pvput passes the request on", async () => {
    await run(pvput, "-r", "record[block=true]field(value)", "t:ao", "3");
    assert.equal(table.writes.at(-1)?.isNotify, true);
  });

  test("pvinfo shows server and type", async () => {
    const { lines } = await run(pvinfo, "t:custom");
    assert.deepEqual(lines[0]?.split("\n"), [
      "t:custom",
      `Server: 127.0.0.1:${server.port}`,
      "Type:",
      "    custom_t",
      "        string name",
      "        union choice",
      "            int a",
      "            short[] b",
      "        any extra",
      "        point_t[] points",
      "            point_t",
      "                int x",
    ]);
  });

  test("pvmonitor shows changes until it is stopped", async () => {
    const output = new Recorder();
    const stop$ = new Subject<void>();
    output.line$.subscribe(() => {
      if (output.lines.length === 1) table.post("t:ao", { value: 9 });
      else stop$.next();
    });
    table.post("t:ao", { value: 8 });
    assert.equal(await pvmonitor(["t:ao"], "pvmonitor", output, stop$), 0);
    assert.deepEqual(output.lines.map(withoutTime), ["t:ao TIME  8", "t:ao TIME  9"]);
  });
});
