import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, describe, it } from "node:test";
import type { Ioc } from "../../src/ioc/ioc.js";
import { expandMacros } from "../../src/libcom/macLib.js";
import { channelsOf, parseScreen, type ScreenChannel } from "../support/adl.js";
import { needsShared } from "../support/paths.js";
import { type Booted, beamline, boot } from "./beamlineIoc.js";
import { screensWithoutRecords, type TemplateGroup, templateGroups } from "./beamlineTemplates.js";

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
  const booted = new Map<string, Promise<Booted>>();
  const bootOnce = (group: TemplateGroup): Promise<Booted> => {
    const known = booted.get(group.name) ?? boot(group);
    booted.set(group.name, known);
    return known;
  };
  after(async () => {
    for (const { ioc } of await Promise.all(booted.values())) await ioc.stop();
  });

  for (const group of templateGroups) {
    it(`${group.name}: loads without a word and finds all its parameters`, needsShared, async () => {
      assert.deepEqual((await bootOnce(group)).said, []);
    });

    for (const [screen, macros] of Object.entries(group.screens ?? {}))
      it(`${group.name}: serves what ${screen} shows`, needsShared, async () => {
        const { ioc } = await bootOnce(group);
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
