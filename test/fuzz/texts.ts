import type { Random } from "../ca/support/mutation.js";

/** What a text for a parser is made of. */
export interface Vocabulary {
  readonly words: readonly string[];
  /** Whole texts that the parser takes. */
  readonly seeds: readonly string[];
}

const ODD = [
  "\0",
  "\n",
  "\r",
  "\t",
  " ",
  '"',
  "'",
  "\\",
  "$",
  "$(",
  "${",
  "ü",
  "\ud800",
  "\uffff",
  "😀",
  "1e999",
  "-",
  "%",
  "#",
];

const oneOf = <T>(random: Random, list: readonly T[]): T | undefined => list[random.below(list.length)];

function anyWord(random: Random, { words }: Vocabulary): string {
  return (random.below(5) === 0 ? oneOf(random, ODD) : oneOf(random, words)) ?? "";
}

/** Words in a row, a few of them many times. */
function rowOfWords(random: Random, vocabulary: Vocabulary): string {
  let text = "";
  for (let count = random.below(24); count > 0; count--) {
    const word = anyWord(random, vocabulary);
    text += random.below(40) === 0 ? word.repeat(random.below(60)) : word;
    if (random.below(3) === 0) text += " ";
  }
  return text;
}

/** A whole text with parts taken out, put in, doubled or replaced. */
function damaged(random: Random, vocabulary: Vocabulary): string {
  let text = oneOf(random, vocabulary.seeds) ?? "";
  for (let change = 1 + random.below(5); change > 0; change--) {
    const from = random.below(text.length + 1);
    const to = from + random.below(8);
    const part = random.below(3) === 0 ? text.slice(from, to).repeat(2) : anyWord(random, vocabulary);
    text =
      text.slice(0, from) +
      (random.below(4) === 0 ? "" : part) +
      text.slice(random.below(2) === 0 ? from : to);
  }
  return text;
}

export const anyText = (random: Random, vocabulary: Vocabulary): string =>
  random.below(2) === 0 ? rowOfWords(random, vocabulary) : damaged(random, vocabulary);

const times = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length));

/**
 * Texts of any length that repeat a word, or two words in turn or one after the other: what makes a careless parser slow.
 * With a random source 30 of the pairs, else all.
 */
export function* growingTexts(
  { words, seeds }: Vocabulary,
  random?: Random,
): Generator<(length: number) => string> {
  const pieces = [...words, ...seeds, ...ODD];
  for (const piece of pieces) yield (length) => times(piece, length);
  const all = (): string[][] => pieces.flatMap((first) => pieces.map((second) => [first, second]));
  for (const [first = "", second = ""] of random === undefined ? all() : somePairs(random, pieces)) {
    yield (length) => times(first + second, length);
    yield (length) => times(first, length / 2) + times(second, length / 2);
  }
}

const somePairs = (random: Random, pieces: readonly string[]): (string | undefined)[][] =>
  Array.from({ length: 30 }, () => [oneOf(random, pieces), oneOf(random, pieces)]);
