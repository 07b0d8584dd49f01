import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { isArrayValue, type Value } from "../../src/channel/dbf.js";
import { parseAsynLink } from "../../src/drivers/asyn/asynLink.js";
import type { Parameter, ParameterType } from "../../src/drivers/asyn/portDriver.js";
import type { Ioc } from "../../src/ioc/ioc.js";
import type { DbRecord } from "../../src/records/dbRecord.js";
import { needsShared } from "../support/paths.js";
import { type Booted, boot } from "./beamlineIoc.js";
import { type TemplateGroup, templateGroups, wholeCamera } from "./beamlineTemplates.js";
import { correctedWrites, disabledWrites, refusedWrites, valuesForWriting } from "./beamlineWrites.js";

const INVALID = 3;

/** A record with asyn device support and the parameter behind it. */
interface AsynRecord {
  readonly record: DbRecord;
  readonly drvInfo: string;
  readonly parameter: Parameter;
}

const typeOf = (dtyp: string): ParameterType =>
  dtyp.replace(/^asyn|(?:Read|Write|In|Out)$/g, "") as ParameterType;

function asynRecords(ioc: Ioc, isOutput: boolean): AsynRecord[] {
  return [...ioc.engine.instances()].flatMap((record) => {
    const dtyp = ioc.engine.getString(`${record.name}.DTYP`);
    if (!dtyp.startsWith("asyn") || record.recordType === "asyn") return [];
    const isWaveformOutput = record.recordType === "waveform" && /(?:Write|Out)$/.test(dtyp);
    const field = "OUT" in record.fields ? "OUT" : "INP";
    if ((field === "OUT" || isWaveformOutput) !== isOutput) return [];
    const link = parseAsynLink(ioc.engine.getString(`${record.name}.${field}`).replace(/^@/, ""));
    assert.ok(link.ok);
    const { portName, address, drvInfo } = link.value;
    const parameter = ioc.ports.get(portName)?.parameter(drvInfo, address, typeOf(dtyp));
    return parameter === undefined ? [] : [{ record, drvInfo, parameter }];
  });
}

const text = (value: Value): string =>
  isArrayValue(value) ? Array.from(value, Number).join() : String(value);

/** Another value than the present one that the record's own limits and choices allow. */
function otherValue({ engine }: Ioc, { name, recordType }: DbRecord, drvInfo: string): Value {
  const given = valuesForWriting[drvInfo];
  if (given !== undefined) return given;
  const number = (field: string): number => Number(engine.get(`${name}.${field}`));
  switch (recordType) {
    case "bo":
    case "busy":
      return 1 - number("VAL");
    case "mbbo": {
      const states = engine.open(name)?.properties().states ?? [];
      const other = states.findIndex((state, index) => state !== "" && index !== number("VAL"));
      return other < 0 ? number("VAL") : other;
    }
    case "stringout":
    case "lso":
      return "text";
    case "waveform":
      return Uint8Array.from(Buffer.from("text"));
    default: {
      const [low, high] = [number("DRVL"), number("DRVH")];
      const wanted = number("VAL") + 1;
      return low < high ? Math.min(Math.max(wanted, low), high) : wanted;
    }
  }
}

async function settle({ record }: AsynRecord): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (record.fields["PACT"] !== 0);
}

/** Takes a frame through the ports of a group. */
async function takeFrames({ ioc }: Booted): Promise<void> {
  const camera = ioc.ports.get("CAM") ?? ioc.ports.get("PORT");
  const write = async (name: string, value: number) => {
    const parameter = camera?.parameter(name, 0);
    if (parameter?.type === "Int32") await (parameter as Parameter<"Int32">).write(value);
  };
  const enable = ioc.ports.get("PORT")?.parameter("ENABLE_CALLBACKS", 0);
  if (enable?.type === "Int32") await (enable as Parameter<"Int32">).write(1);
  await write("ARRAY_CALLBACKS", 1);
  await write("IMAGE_MODE", 0);
  await write("ACQUIRE", 1);
  const busy = camera?.parameter("ACQUIRE_BUSY", 0);
  while (busy?.value === 1) await new Promise((resolve) => setImmediate(resolve));
  await ioc.pool.whenIdle();
}

describe("the records of the beamline's templates on our ports", () => {
  const booted = new Map<string, Promise<Booted>>();
  const bootOnce = (group: TemplateGroup): Promise<Booted> => {
    const known = booted.get(group.name) ?? boot(group);
    booted.set(group.name, known);
    return known;
  };
  after(async () => {
    for (const { ioc } of await Promise.all(booted.values())) await ioc.stop();
  });

  // The plugins of a whole camera are those of the other groups.
  for (const group of templateGroups.filter((each) => each.ports !== undefined && each !== wholeCamera)) {
    it(`${group.name}: each input shows a value once a frame was taken`, needsShared, async () => {
      const booted = await bootOnce(group);
      await takeFrames(booted);
      const invalid = asynRecords(booted.ioc, false).filter(({ record }) => {
        const { SEVR, UDF } = record.fields;
        return SEVR === INVALID || UDF !== 0;
      });
      assert.deepEqual(
        invalid.map(({ record, drvInfo }) => `${record.name} ${drvInfo}`),
        [],
      );
    });

    it(`${group.name}: each output reaches the driver, and the readback agrees`, needsShared, async () => {
      const { ioc } = await bootOnce(group);
      const { engine } = ioc;
      const problems: string[] = [];
      for (const each of asynRecords(ioc, true)) {
        const { record, drvInfo, parameter } = each;
        const { name } = record;
        let reached = 0;
        const subscription = parameter.written$.subscribe(() => {
          reached += 1;
        });
        const value = otherValue(ioc, record, drvInfo);
        engine.put(name, value);
        if (engine.getString(`${name}.SCAN`) !== "Passive") engine.put(`${name}.PROC`, 1);
        await settle(each);
        subscription.unsubscribe();
        const refusal = record.fields["SEVR"] === INVALID ? String(record.fields["AMSG"]) : undefined;
        const expected = refusedWrites[drvInfo];
        if (expected !== undefined) {
          if (refusal === undefined || !expected.test(refusal)) problems.push(`${name}: not refused`);
        } else if (refusal !== undefined) problems.push(`${name}: ${refusal}`);
        else if (reached > 0 === drvInfo in disabledWrites)
          problems.push(`${name}: ${text(value)} did not reach ${drvInfo}`);
        const readback = engine.has(`${name}_RBV`) ? engine.get(`${name}_RBV`) : undefined;
        const written = engine.get(name);
        // What gives frames their size is locked while a camera acquires.
        if (drvInfo === "ACQUIRE") engine.put(name, 0);
        if (readback === undefined || expected !== undefined || drvInfo in correctedWrites) continue;
        if (text(readback) !== text(written))
          problems.push(`${name}: readback ${text(readback)} of ${text(written)} (${drvInfo})`);
      }
      assert.deepEqual(problems, []);
    });
  }
});
