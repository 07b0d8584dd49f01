/** One `name { ... }` of a screen with its `key=value` pairs. */
export interface Block {
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
  readonly blocks: readonly Block[];
}

/** Reads MEDM's file format; throws where braces or quotes do not match. */
export function parseScreen(text: string): readonly Block[] {
  const tokens = text.match(/"[^"\n]*"|[{}=,]|[^\s{}=,"]+/g) ?? [];
  let at = 0;
  const unquoted = (token = "") => token.replace(/^"|"$/g, "");
  const parseBody = (name: string, topLevel: boolean): Block => {
    const values = new Map<string, string>();
    const blocks: Block[] = [];
    while (at < tokens.length) {
      const token = tokens[at++];
      if (token === "}") {
        if (topLevel) throw new Error("a brace too many");
        return { name, values, blocks };
      }
      if (token === ",") continue;
      if (tokens[at] === "=") {
        values.set(unquoted(token), unquoted(tokens[at + 1]));
        at += 2;
      } else if (tokens[at] === "{") {
        at++;
        blocks.push(parseBody(unquoted(token), false));
      } else if (name !== "colors" && name !== "points")
        throw new Error(`"${token}" in ${name} is neither a value nor a block`);
    }
    if (!topLevel) throw new Error(`${name} is not closed`);
    return { name, values, blocks };
  };
  return parseBody("screen", true).blocks;
}

export function* everyBlock(blocks: readonly Block[]): Iterable<Block> {
  for (const block of blocks) {
    yield block;
    yield* everyBlock(block.blocks);
  }
}

export const valuesOf = (blocks: readonly Block[], key: string): readonly string[] => [
  ...new Set([...everyBlock(blocks)].flatMap(({ values }) => values.get(key) ?? [])),
];

/** A channel of a screen and the kind of the widget that shows it. */
export interface ScreenChannel {
  readonly widget: string;
  readonly channel: string;
}

const CHANNEL_KEYS = ["chan", "ctrl", "rdbk", "xdata", "ydata", "data", "count", "trigger", "erase"];

/** The channels that the widgets of a screen name, macros not expanded. */
export function channelsOf(blocks: readonly Block[], widget = ""): ScreenChannel[] {
  return blocks.flatMap(({ name, values, blocks: inner }) => {
    const isPart =
      /^(?:control|monitor|object|limits|param|trace\[|dynamic attribute|basic attribute|plotcom)/.test(name);
    const kind = isPart ? (name === "dynamic attribute" ? name : widget) : name;
    const named = CHANNEL_KEYS.flatMap((key) => values.get(key) ?? []).filter((channel) => channel !== "");
    return [...named.map((channel) => ({ widget: kind, channel })), ...channelsOf(inner, kind)];
  });
}

/** A screen that another one opens or contains, and the macros that it gets. */
export interface OpenedScreen {
  readonly file: string;
  readonly macros: Readonly<Record<string, string>>;
}

const macrosOf = (args: string): Record<string, string> =>
  Object.fromEntries(
    args.split(",").flatMap((part) => {
      const [name = "", value] = part.split(/=(.*)/s).map((text) => text.trim());
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * The screens behind the related displays of a screen, which get what their arguments say, and those it contains, which have its own
 * macros where none are given.
 */
export function openedBy(
  blocks: readonly Block[],
  macros: Readonly<Record<string, string>>,
  expand: (text: string, macros: Readonly<Record<string, string>>) => string,
): OpenedScreen[] {
  return [...everyBlock(blocks)].flatMap(({ name, values }) => {
    const [contained, given] = (values.get("composite file") ?? "").split(/;(.*)/s);
    if (contained) return [{ file: contained, macros: given ? macrosOf(expand(given, macros)) : macros }];
    const file = /^display\[/.test(name) ? (values.get("name") ?? "") : "";
    if (!file.endsWith(".adl")) return [];
    return [{ file: expand(file, macros), macros: macrosOf(expand(values.get("args") ?? "", macros)) }];
  });
}
