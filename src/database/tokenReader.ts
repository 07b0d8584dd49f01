import type { Lexer, LexerMode, Token } from "./lexer.js";
import type { SourceLocation } from "./sourceLocation.js";

/** A place in a file where its grammar is not kept. */
export class SyntaxProblem extends Error {
  constructor(
    readonly location: SourceLocation,
    message: string,
  ) {
    super(message);
  }
}

/** Words that a database file has to quote where it means a text. */
const KEYWORDS = new Set([
  ..."include path addpath menu choice recordtype field device driver link".split(" "),
  ..."breaktable record grecord alias info registrar function variable".split(" "),
]);

export const isKeyword = (token: Token): boolean => token.kind === "word" && KEYWORDS.has(token.text);

export function unexpected(token: Token, wanted: string): SyntaxProblem {
  const found = token.kind === "end" || token.kind === "bad" ? token.text : `"${token.text}"`;
  return new SyntaxProblem(token.location, `${wanted} expected instead of ${found}`);
}

export const isPunctuation = (token: Token, text: string): boolean =>
  token.kind === "punctuation" && token.text === text;

/** Takes a name or text: a quoted string, or a word that is no keyword. */
export function takeText(lexer: Lexer, what: string): string {
  const token = lexer.next();
  const isText = token.kind === "string" || (token.kind === "word" && !isKeyword(token));
  if (!isText) throw unexpected(token, what);
  return token.text;
}

export function takePunctuation(lexer: Lexer, text: string, mode: LexerMode = "database"): void {
  const token = lexer.next(mode);
  if (!isPunctuation(token, text)) throw unexpected(token, text);
}

/** Takes `(a, b, ...)` with as many texts as there are names for them. */
export function takeTexts<const N extends readonly string[]>(
  lexer: Lexer,
  ...what: N
): { [K in keyof N]: string } {
  takePunctuation(lexer, "(");
  const texts = what.map((each, index) => {
    if (index > 0) takePunctuation(lexer, ",");
    return takeText(lexer, each);
  });
  takePunctuation(lexer, ")");
  // map makes an array of a tuple.
  return texts as { [K in keyof N]: string };
}
