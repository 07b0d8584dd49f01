import { LETTERS_TO_U } from "./argumentLetters.js";
import { fieldsNamed } from "./fieldGroups.js";
import { array, inLink, long, menu, noAccess, outLink, short, string, ulong } from "./fieldSpec.js";
import { defineMenu } from "./menu.js";
import { menuAlarmSevr, menuFtype } from "./menus.js";

export const aSubLFLG = defineMenu("aSubLFLG", { IGNORE: "IGNORE", READ: "READ" });
export const aSubEFLG = defineMenu("aSubEFLG", { NEVER: "NEVER", ON_CHANGE: "ON CHANGE", ALWAYS: "ALWAYS" });

type Letter = (typeof LETTERS_TO_U)[number];

const argumentOf = (letter: Letter) =>
  ({
    input: {
      link: `INP${letter}`,
      value: letter,
      type: `FT${letter}`,
      size: `NO${letter}`,
      count: `NE${letter}`,
    },
    output: {
      link: `OUT${letter}`,
      value: `VAL${letter}`,
      type: `FTV${letter}`,
      size: `NOV${letter}`,
      count: `NEV${letter}`,
      posted: `ONV${letter}`,
    },
  }) as const;

export type Argument = ReturnType<typeof argumentOf>;

/** The names of the fields of each input and output. */
export const ARGUMENTS: readonly Argument[] = LETTERS_TO_U.map(argumentOf);

const inputs = new Map<string, Argument["input"]>(ARGUMENTS.map(({ input }) => [input.value, input]));
const outputs = new Map<string, Argument["output"]>(ARGUMENTS.map(({ output }) => [output.value, output]));

export const inputNamed = (value: string): Argument["input"] | undefined => inputs.get(value);
export const outputNamed = (value: string): Argument["output"] | undefined => outputs.get(value);

const fixed = { special: "nomod", interest: 1 } as const;
const text = (name: string, argument: string): string => `${name} ${argument.slice(-1)}`;
/** As EPICS Base spells them: those of H are in "VAlH". */
const elements = (name: string, array: "VAL" | "OVL", field: string): string =>
  field.endsWith("H") ? `${name} elements in VAlH` : `${name} elements in ${array}${field.slice(-1)}`;

const inputFields = {
  ...fieldsNamed(
    ARGUMENTS.map(({ input }) => input.link),
    (name) => inLink({ interest: 1, prompt: text("Input Link", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ input }) => input.value),
    (name) => array({ asl: 0, special: "dbaddr", interest: 2, prompt: text("Input value", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ input }) => input.type),
    (name) => menu(menuFtype, { ...fixed, initial: "DOUBLE", prompt: text("Type of", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ input }) => input.size),
    (name) => ulong({ ...fixed, initial: "1", prompt: text("Max. elements in", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ input }) => input.count),
    (name) => ulong({ special: "nomod", initial: "1", interest: 3, prompt: text("Num. elements in", name) }),
  ),
};

const outputFields = {
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.link),
    (name) => outLink({ interest: 1, prompt: text("Output Link", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.value),
    (name) => array({ asl: 0, special: "dbaddr", interest: 2, prompt: text("Output value", name) }),
  ),
  ...fieldsNamed(
    LETTERS_TO_U.map((letter) => `OVL${letter}` as const),
    (name) => noAccess({ asl: 0, special: "nomod", interest: 4, prompt: text("Old Output", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.type),
    (name) => menu(menuFtype, { ...fixed, initial: "DOUBLE", prompt: `Type of VAL${name.slice(-1)}` }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.size),
    (name) => ulong({ ...fixed, initial: "1", prompt: elements("Max.", "VAL", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.count),
    (name) => ulong({ special: "nomod", initial: "1", interest: 3, prompt: elements("Num.", "VAL", name) }),
  ),
  ...fieldsNamed(
    ARGUMENTS.map(({ output }) => output.posted),
    (name) => ulong({ special: "nomod", initial: "1", interest: 4, prompt: elements("Num.", "OVL", name) }),
  ),
};

export const aSubFields = {
  VAL: long({ asl: 0, prompt: "Subr. return value" }),
  OVAL: long({ special: "nomod", interest: 3, prompt: "Old return value" }),
  INAM: string(41, { ...fixed, prompt: "Initialize Subr. Name" }),
  LFLG: menu(aSubLFLG, { interest: 1, prompt: "Subr. Input Enable" }),
  SUBL: inLink({ ...fixed, prompt: "Subroutine Name Link" }),
  SNAM: string(41, { special: "mod", interest: 1, prompt: "Process Subr. Name" }),
  ONAM: string(41, { special: "nomod", interest: 3, prompt: "Old Subr. Name" }),
  SADR: noAccess({ special: "nomod", interest: 2, prompt: "Subroutine Address" }),
  CADR: noAccess({ special: "nomod", interest: 2, prompt: "Subroutine Cleanup Address" }),
  BRSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Bad Return Severity" }),
  PREC: short({ prop: true, interest: 1, prompt: "Display Precision" }),
  EFLG: menu(aSubEFLG, { initial: "1", interest: 1, prompt: "Output Event Flag" }),
  ...inputFields,
  ...outputFields,
};
