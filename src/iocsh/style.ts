import type { TextSink } from "./output.js";

const ESCAPE = "\x1b[";
const emphasis = new RegExp(`${ESCAPE.replace("[", "\\[")}(?:0|1|4|31;1|32;1)m`, "g");

const styled =
  (code: string) =>
  (text: string): string =>
    `${ESCAPE}${code}m${text}${ESCAPE}0m`;

// The emphasis that EPICS Base uses for commands, separators, errors and the prompt.
export const inBold = styled("1");
export const underlined = styled("4");
export const inRed = styled("31;1");
export const inGreen = styled("32;1");

/** The text as `sink` shows it: emphasis is for terminals only, files and logs get the words. */
export const shownOn = (sink: TextSink, text: string): string =>
  sink.isTTY === true ? text : text.replace(emphasis, "");
