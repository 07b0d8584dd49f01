import { type Definition, LINK_TYPES, type NamedDefinition } from "./definitions.js";
import type { Lexer, Token } from "./lexer.js";
import type { SourceLocation } from "./sourceLocation.js";
import {
  isKeyword,
  isPunctuation,
  SyntaxProblem,
  takePunctuation,
  takeText,
  takeTexts,
  unexpected,
} from "./tokenReader.js";

/** What the definitions of a .dbd file need of the file's parser. */
export interface DefinitionContext {
  /** Reads `include "file"`, whose keyword has been taken. */
  include(): void;
}

type Reader = (lexer: Lexer, location: SourceLocation, context: DefinitionContext) => Definition;

const named =
  (kind: NamedDefinition["kind"]): Reader =>
  (lexer, location) => {
    const [name] = takeTexts(lexer, `the name of a ${kind}`);
    return { kind, name: notEmpty(name, kind, location), location };
  };

const readers: Readonly<Record<string, Reader>> = {
  menu: readMenu,
  recordtype: readRecordType,
  device: readDevice,
  driver: named("driver"),
  registrar: named("registrar"),
  function: named("function"),
  link: readLink,
  variable: readVariable,
  breaktable: readBreakTable,
};

/** Whether a word begins something that belongs into a .dbd file. */
export const isDefinition = (word: string): boolean => Object.hasOwn(readers, word);

/** Takes the definition that `word` begins. */
export function takeDefinition(lexer: Lexer, word: Token, context: DefinitionContext): Definition {
  const read = readers[word.text];
  if (read === undefined) throw unexpected(word, "a definition");
  return read(lexer, word.location, context);
}

function notEmpty(name: string, kind: string, location: SourceLocation): string {
  if (name === "") throw new SyntaxProblem(location, `the name of a ${kind} cannot be empty`);
  return name;
}

/** Takes `{ ... }`, item by item; there has to be one, and includes may stand between them. */
function takeBody(lexer: Lexer, context: DefinitionContext, item: (token: Token) => void): void {
  takePunctuation(lexer, "{");
  let token = lexer.next();
  if (isPunctuation(token, "}")) throw unexpected(token, "an item");
  for (; !isPunctuation(token, "}"); token = lexer.next()) {
    if (token.kind === "end") throw unexpected(token, "}");
    if (token.kind === "word" && token.text === "include") context.include();
    else item(token);
  }
}

function readMenu(lexer: Lexer, location: SourceLocation, context: DefinitionContext): Definition {
  const [name] = takeTexts(lexer, "the name of a menu");
  const choices: string[] = [];
  takeBody(lexer, context, (token) => {
    if (token.kind !== "word" || token.text !== "choice") throw unexpected(token, "choice");
    const [identifier, text] = takeTexts(lexer, "the identifier of a choice", "the text of a choice");
    choices.push(notEmpty(identifier, "choice", token.location) && text);
  });
  return { kind: "menu", name: notEmpty(name, "menu", location), choices, location };
}

function readRecordType(lexer: Lexer, location: SourceLocation, context: DefinitionContext): Definition {
  const [name] = takeTexts(lexer, "the name of a record type");
  takeBody(lexer, context, (token) => {
    if (token.kind === "definition") return;
    if (token.kind !== "word" || token.text !== "field") throw unexpected(token, "field");
    takeTexts(lexer, "a field name", "a field type");
    takeBody(lexer, context, (attribute) => {
      if (isKeyword(attribute) && attribute.text !== "menu") throw unexpected(attribute, "an attribute");
      if (attribute.kind !== "word" && attribute.kind !== "string")
        throw unexpected(attribute, "an attribute");
      takeTexts(lexer, "the value of an attribute");
    });
  });
  return { kind: "recordtype", name: notEmpty(name, "record type", location), location };
}

function readDevice(lexer: Lexer, location: SourceLocation): Definition {
  const [recordType, linkType, support, choice] = takeTexts(
    lexer,
    "a record type",
    "a link type",
    "the name of a device support",
    "the choice of DTYP",
  );
  if (!LINK_TYPES.has(linkType))
    throw new SyntaxProblem(location, `device "${choice}": unknown link type "${linkType}"`);
  return { kind: "device", recordType, linkType, support, choice, location };
}

function readLink(lexer: Lexer, location: SourceLocation): Definition {
  const [name] = takeTexts(lexer, "the name of a link type", "the name of its support");
  return { kind: "link", name, location };
}

function readVariable(lexer: Lexer, location: SourceLocation): Definition {
  takePunctuation(lexer, "(");
  const name = takeText(lexer, "the name of a variable");
  if (isPunctuation(lexer.peek(), ",")) {
    lexer.next();
    takeText(lexer, "the type of a variable");
  }
  takePunctuation(lexer, ")");
  return { kind: "variable", name: notEmpty(name, "variable", location), location };
}

function readBreakTable(lexer: Lexer, location: SourceLocation): Definition {
  const [name] = takeTexts(lexer, "the name of a breakpoint table");
  takePunctuation(lexer, "{");
  const values = [takeText(lexer, "a number")];
  for (let token = lexer.peek(); !isPunctuation(token, "}"); token = lexer.peek()) {
    if (isPunctuation(token, ",")) lexer.next();
    values.push(takeText(lexer, "a number"));
  }
  lexer.next();
  return { kind: "breaktable", name: notEmpty(name, "breakpoint table", location), values, location };
}
