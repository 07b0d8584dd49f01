const isSpace = (character: string): boolean => /^\s$/.test(character);

/** Splits `text` at separators outside quotes and escapes; the parts keep both. */
function splitDefinitions(text: string): [name: string, value: string | undefined][] {
  const pairs: [string, string | undefined][] = [];
  let name: string | undefined;
  let part = "";
  let quote = "";
  const finish = (): void => {
    const trimmed = part.trimEnd();
    if (name !== undefined) pairs.push([name, trimmed]);
    else if (part !== "") pairs.push([trimmed, undefined]);
    name = undefined;
    part = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const wasQuoted = quote !== "";
    if (wasQuoted) quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    if (character === "\\" && at + 1 < text.length) {
      part += character + text.charAt(++at);
    } else if (wasQuoted || quote !== "") {
      part += character;
    } else if (character === ",") {
      finish();
    } else if (character === "=" && name === undefined) {
      name = part.trimEnd();
      part = "";
    } else if (part !== "" || !isSpace(character)) {
      part += character;
    }
  }
  finish();
  return pairs;
}

/** Removes the quotes and escapes of a macro name; values keep theirs until they are expanded. */
function unquote(name: string): string {
  let text = "";
  let quote = "";
  for (let at = 0; at < name.length; at++) {
    let character = name.charAt(at);
    if (quote !== "" && character === quote) {
      quote = "";
      continue;
    }
    if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      continue;
    }
    if (character === "\\" && at + 1 < name.length) character = name.charAt(++at);
    text += character;
  }
  return text;
}

/**
 * Reads `"P=2bmb:,R=\"x y\""` as dbLoadRecords does. Values stay raw (quotes and escapes go when they are expanded); a
 * name without `=` removes an earlier definition.
 */
export function parseMacros(text: string): Record<string, string> {
  const macros: Record<string, string> = {};
  for (const [rawName, value] of splitDefinitions(text)) {
    const name = unquote(rawName);
    if (value === undefined) delete macros[name];
    else macros[name] = value;
  }
  return macros;
}
