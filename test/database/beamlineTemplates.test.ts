import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, describe, it } from "node:test";
import { of } from "rxjs";
import { DriverParameter } from "../../src/drivers/asyn/driverParameter.js";
import type { ParameterType, Port } from "../../src/drivers/asyn/portDriver.js";
import { SimulatedStage } from "../../src/drivers/stage/simulatedStage.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { expandMacros } from "../../src/libcom/macLib.js";
import { channelsOf, parseScreen, type ScreenChannel } from "../support/adl.js";
import { needsShared, sharedDirectory } from "../support/paths.js";
import { screensWithoutRecords, type TemplateGroup, templateGroups } from "./beamlineTemplates.js";

const beamline = join(sharedDirectory, "beamline");

/** A driver that has every parameter that a template asks for, in the type it asks for. */
class AnyPort implements Port {
  readonly connected$ = of(true);
  readonly octet = {
    writeRead: () => Promise.resolve(new Uint8Array()),
    write: () => Promise.resolve(),
    read: () => Promise.resolve(new Uint8Array()),
  };
  readonly #parameters = new Map<string, DriverParameter>();

  constructor(readonly portName: string) {}

  parameter(name: string, address: number, type: ParameterType = "Int32"): DriverParameter {
    const key = `${type} ${address} ${name}`;
    const parameter = this.#parameters.get(key) ?? new DriverParameter(name, { type });
    this.#parameters.set(key, parameter);
    return parameter;
  }

  close(): void {}
}

interface Booted {
  readonly ioc: Ioc;
  readonly said: readonly string[];
}

function boot({ loads }: TemplateGroup): Booted {
  const top = (file: string) => join(beamline, file.split("/")[0] ?? "");
  const said = loads.map(({ file }) => top(file));
  const environment = { TOP: said[0] ?? "", EPICS_DB_INCLUDE_PATH: join(beamline, "areaDetector/db") };
  const ioc = createIoc({ environment });
  for (const name of ["PORT", "PORT_TS", "CAM", "PSO_PORT"]) ioc.ports.add(new AnyPort(name));
  ioc.ports.add(new SimulatedStage("STAGE", [{ name: "x" }]));
  const lines = loads.flatMap(({ file, macros = {} }) => {
    const load = file.endsWith(".substitutions") ? "loadTemplate" : "loadRecords";
    return ioc[load](join(beamline, file), macros);
  });
  ioc.engine.iocInit();
  const failures = [...ioc.engine.recordNames()].flatMap((name) => {
    const error = ioc.engine.instance(name)?.deviceError;
    return error === undefined ? [] : [`${name}: ${error}`];
  });
  return { ioc, said: [...lines, ...failures] };
}

/** What a widget of a screen cannot show of a channel, in words. */
function misfit(ioc: Ioc, { widget, channel }: ScreenChannel): string | undefined {
  const opened = ioc.engine.open(channel);
  if (opened === undefined) return `${channel} (${widget}) is not served`;
  const { fieldType } = opened;
  const isNumber = fieldType !== "STRING";
  if (/^(?:menu|choice button)$/.test(widget) && fieldType !== "ENUM") return `${channel} is no menu`;
  if (/^(?:valuator|meter|bar|indicator|byte|strip chart|cartesian plot)/.test(widget) && !isNumber)
    return `${channel} is no number`;
  return undefined;
}

describe("the beamline's templates", () => {
  const booted = new Map<string, Booted>();
  const bootOnce = (group: TemplateGroup): Booted => {
    const known = booted.get(group.name) ?? boot(group);
    booted.set(group.name, known);
    return known;
  };
  after(async () => {
    for (const { ioc } of booted.values()) await ioc.stop();
  });

  for (const group of templateGroups) {
    it(`${group.name}: loads without a word and finds all its parameters`, needsShared, () => {
      assert.deepEqual(bootOnce(group).said, []);
    });

    for (const [screen, macros] of Object.entries(group.screens ?? {}))
      it(`${group.name}: serves what ${screen} shows`, needsShared, () => {
        const { ioc } = bootOnce(group);
        const text = readFileSync(join(beamline, screen), "latin1");
        const channels = channelsOf(parseScreen(text)).map(({ widget, channel }) => ({
          widget,
          channel: expandMacros(channel, macros).text,
        }));
        const isElsewhere = ({ channel }: ScreenChannel): boolean =>
          !ioc.engine.has(channel) && (group.elsewhere ?? []).some(([other]) => other.test(channel));
        assert.deepEqual(
          channels.filter((each) => !isElsewhere(each)).flatMap((each) => misfit(ioc, each) ?? []),
          [],
        );
      });
  }

  const filesIn = (folder: string, pattern: RegExp): string[] =>
    readdirSync(beamline, { withFileTypes: true }).flatMap((entry) => {
      const path = join(beamline, entry.name, folder);
      if (!entry.isDirectory() || !existsSync(path)) return [];
      return (readdirSync(path, { recursive: true }) as string[])
        .filter((name) => pattern.test(name))
        .map((name) => relative(beamline, join(path, name)));
    });

  it("are all looked at, and all screens", needsShared, () => {
    const files = [...filesIn("db", /\.(?:db|template)$/), ...filesIn("iocBoot", /\.substitutions$/)];
    const loaded = templateGroups.flatMap(({ loads }) => loads.map(({ file }) => file));
    // The templates of tomoScan and tomoStream come with their boot directories.
    const missed = files.filter((file) => !loaded.includes(file) && !/^tomo\w+\/db/.test(file));
    assert.deepEqual(missed, []);
    const shown = templateGroups.flatMap(({ screens = {} }) => Object.keys(screens));
    const screens = filesIn("adl", /\.adl$/);
    assert.deepEqual(
      screens.filter((screen) => !shown.includes(screen) && !(screen in screensWithoutRecords)),
      [],
    );
  });
});
