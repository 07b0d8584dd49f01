import { unescapeText } from "../libcom/escape.js";
import type { Lexer, Token } from "./lexer.js";
import { isPunctuation, takePunctuation, unexpected } from "./tokenReader.js";

/** A number as JSON5 writes it. */
const NUMBER =
  /^(?:NaN|[+-]?(?:Infinity|0[xX][0-9a-fA-F]+|(?:\d|[1-9]\d+)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))$/;
const CONSTANT = /^(?:null|true|false)$/;

/** A C string ends at its first NUL. */
function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

const isValueString = (token: Token): boolean => token.kind === "string";
const isLiteral = (text: string): boolean => NUMBER.test(text) || CONSTANT.test(text);

/**
 * Takes the value of a field or info tag: a string without its quotes and escapes, a bare word, or JSON as compact text
 * whose strings stay as they are written.
 */
export function takeFieldText(lexer: Lexer): string {
  const token = lexer.next("value");
  if (isValueString(token)) return untilNul(unescapeText(token.text.slice(1, -1)));
  if (token.kind === "word") return token.text;
  return json(lexer, token, 0);
}

/** Deeper values would exhaust the stack; Base's parser has a limit too. */
const DEEPEST = 500;

function json(lexer: Lexer, token: Token, depth: number): string {
  if (isValueString(token)) return token.text;
  if (token.kind === "word") return isLiteral(token.text) ? token.text : `"${token.text}"`;
  const opens = isPunctuation(token, "{") || isPunctuation(token, "[");
  if (!opens || depth > DEEPEST) throw unexpected(token, opens ? "less nesting" : "a value");
  return members(lexer, token.text === "{", depth);
}

function key(token: Token): string {
  if (isValueString(token)) return token.text;
  if (token.kind !== "word" || isLiteral(token.text)) throw unexpected(token, "a key");
  // The JSON parser of links takes bare keys, but none with these characters.
  return /[+\-.]/.test(token.text) ? `"${token.text}"` : token.text;
}

function pair(lexer: Lexer, token: Token, depth: number): string {
  const name = key(token);
  takePunctuation(lexer, ":", "value");
  return `${name}:${json(lexer, lexer.next("value"), depth)}`;
}

function members(lexer: Lexer, isObject: boolean, depth: number): string {
  const close = isObject ? "}" : "]";
  const parts: string[] = [];
  let trailingComma = false;
  for (let token = lexer.next("value"); !isPunctuation(token, close); token = lexer.next("value")) {
    parts.push(isObject ? pair(lexer, token, depth + 1) : json(lexer, token, depth + 1));
    const after = lexer.peek("value");
    trailingComma = isPunctuation(after, ",");
    if (trailingComma) lexer.next("value");
    else if (!isPunctuation(after, close)) throw unexpected(after, `, or ${close}`);
  }
  // A list of one constant keeps its comma: that tells it from a PV name.
  return isObject ? `{${parts.join(",")}}` : `[${parts.join(",")}${trailingComma ? "," : ""}]`;
}
