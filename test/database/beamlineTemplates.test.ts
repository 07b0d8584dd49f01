import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { after, describe, it } from "node:test";
import type { Ioc } from "../../src/ioc/ioc.js";
import { expandMacros } from "../../src/libcom/macLib.js";
import { channelsOf, openedBy, parseScreen, type ScreenChannel } from "../support/adl.js";
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
  if (/^(?:text entry|menu|choice button|message button|valuator)$/.test(widget) && !opened.access.write)
    return `${channel} cannot be written`;
  return undefined;
}

const filesIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(beamline, { withFileTypes: true }).flatMap((entry) => {
    const path = join(beamline, entry.name, folder);
    if (!entry.isDirectory() || !existsSync(path)) return [];
    return (readdirSync(path, { recursive: true }) as string[])
      .filter((name) => pattern.test(name))
      .map((name) => relative(beamline, join(path, name)));
  });

/** A screen as it is opened. */
interface Opened {
  readonly screen: string;
  readonly macros: Readonly<Record<string, string>>;
}

const screenOf = (screen: string) => parseScreen(readFileSync(join(beamline, screen), "latin1"));
const expand = (text: string, macros: Opened["macros"]): string => expandMacros(text, macros).text;

/** What a screen shows that the IOC does not serve, or not as the widget needs it. */
function misfits(ioc: Ioc, { elsewhere = [] }: TemplateGroup, { screen, macros }: Opened): string[] {
  const channels = channelsOf(screenOf(screen)).map(({ widget, channel }) => ({
    widget,
    channel: expand(channel, macros),
  }));
  const isElsewhere = ({ channel }: ScreenChannel): boolean =>
    !ioc.engine.has(channel) && elsewhere.some(([other]) => other.test(channel));
  return channels.filter((each) => !isElsewhere(each)).flatMap((each) => misfit(ioc, each) ?? []);
}

const prefixOf = ({ P = "", R = "" }: Opened["macros"]): string => P + R;

/** The screens behind those of a group that show records of the group; parents name other detectors and plugins as well. */
function opened({ screens = {}, loads }: TemplateGroup): Opened[] {
  const byName = new Map(filesIn("adl", /\.adl$/).map((path) => [basename(path), path]));
  const roots = Object.entries(screens).map(([screen, macros]) => ({ screen, macros }));
  const prefixes = new Set([...roots, ...loads].map(({ macros = {} }) => prefixOf(macros)));
  const found = new Map<string, Opened>();
  const queue = [...roots];
  for (const { screen, macros } of queue)
    for (const { file, macros: passed } of openedBy(screenOf(screen), macros, expand)) {
      const child = byName.get(basename(file));
      const each = { screen: child ?? "", macros: passed };
      const key = JSON.stringify(each);
      if (child === undefined || found.has(key) || !prefixes.has(prefixOf(passed))) continue;
      found.set(key, each);
      queue.push(each);
    }
  return [...found.values()];
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
        assert.deepEqual(misfits(ioc, group, { screen, macros }), []);
      });

    if (group.screens !== undefined)
      it(
        `${group.name}: serves what its screens open and contain, with the macros that they pass`,
        needsShared,
        async () => {
          const { ioc } = await bootOnce(group);
          const found = opened(group).map((each) => [
            `${each.screen} ${JSON.stringify(each.macros)}`,
            misfits(ioc, group, each),
          ]);
          assert.deepEqual(Object.fromEntries(found.filter(([, lines]) => (lines?.length ?? 0) > 0)), {});
        },
      );
  }

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
