import { failed, ok, type Result } from "../../libcom/result.js";

/** What an INP or OUT link to an asyn port says. */
export interface AsynLink {
  readonly portName: string;
  readonly address: number;
  readonly timeoutSeconds: number;
  /** Of `asynMask(...)`: the bits of UInt32Digital, or the number of bits of Int32. */
  readonly mask: number | undefined;
  /** The text after the parenthesis: a parameter name for port drivers. */
  readonly drvInfo: string;
}

const DEFAULT_TIMEOUT_SECONDS = 1;
const LINK = /^\s*asyn(Mask)?\(\s*([^\s,()]+)\s*([^()]*)\)\s*(.*?)\s*$/;

/** An integer as C's strtol with base 0 reads it. */
const integer = (text: string): number => (/^[-+]?(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN);

/**
 * Reads `asyn(PORT,ADDR,TIMEOUT)drvInfo` or `asynMask(PORT,ADDR,MASK,TIMEOUT)drvInfo`, the text after the `@`. Address and
 * time-out may be left out; commas and blanks both separate.
 */
export function parseAsynLink(text: string): Result<AsynLink> {
  const match = LINK.exec(text);
  if (match === null) return failed(`"${text}" is not asyn(PORT,ADDR,TIMEOUT)PARAM`);
  const [, masked, portName = "", rest = "", drvInfo = ""] = match;
  const numbers = rest.split(/[\s,]+/).filter((part) => part !== "");
  const [addressText = "0", ...others] = numbers;
  const maskText = masked === undefined ? undefined : others.shift();
  const [timeoutText = String(DEFAULT_TIMEOUT_SECONDS), ...extra] = others;
  const address = integer(addressText);
  const timeoutSeconds = Number(timeoutText);
  const mask = maskText === undefined ? undefined : integer(maskText);
  if (Number.isNaN(address)) return failed(`address "${addressText}" in "${text}" is not an integer`);
  if (Number.isNaN(timeoutSeconds)) return failed(`time-out "${timeoutText}" in "${text}" is not a number`);
  if (masked !== undefined && (mask === undefined || Number.isNaN(mask)))
    return failed(`"${text}" is not asynMask(PORT,ADDR,MASK,TIMEOUT)PARAM`);
  if (extra.length > 0) return failed(`"${text}" has too many arguments`);
  return ok({ portName, address, timeoutSeconds, mask, drvInfo });
}
