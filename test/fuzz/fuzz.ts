import { Random } from "../ca/support/mutation.js";
import { type ByteTarget, byteTargets } from "./byteTargets.js";
import { anyText, growingTexts } from "./texts.js";
import { type TextTarget, textTargets } from "./textTargets.js";

export const targetNames: readonly string[] = [...textTargets, ...byteTargets].map(({ name }) => name);

/** What an input may take: a part for each, and one for each character; garbage collection has its pauses. */
const FIXED_MS = 100;
const PER_CHARACTER_MS = 0.05;
const MEASUREMENTS = 3;

export interface FuzzReport {
  readonly inputs: number;
  readonly seconds: number;
  readonly slowestMs: number;
}

/** Processor time, which other programs on the machine do not change. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function fastestMs(run: () => void): number {
  let fastest = Infinity;
  for (let time = 0; time < MEASUREMENTS; time++) {
    const begin = cpuMs();
    run();
    fastest = Math.min(fastest, cpuMs() - begin);
  }
  return fastest;
}

/** Runs one input; says with which one a target threw or took too long. */
function runOne(name: string, run: () => void, length: number, shown: () => string): number {
  const begin = cpuMs();
  try {
    run();
  } catch (error) {
    throw new Error(`${name} throws with ${shown()}`, { cause: error });
  }
  const took = cpuMs() - begin;
  const allowed = FIXED_MS + length * PER_CHARACTER_MS;
  if (took > allowed && fastestMs(run) > allowed)
    throw new Error(`${name} takes ${took.toFixed(0)} ms with ${shown()}`);
  return took;
}

const shownText = (text: string): string =>
  JSON.stringify(text.length > 2000 ? `${text.slice(0, 2000)}...` : text);

const LENGTH = 1000;
const FACTOR = 4;
/** Twice the time that is in proportion; quadratic growth takes FACTOR times it. */
const MOST = FACTOR * 2;
/** Growth shows every time it is measured, what another program takes from this one does not. */
const GROWTH_MEASUREMENTS = 3;
const NOTICEABLE_MS = 20;

/** How many times as long a text of `length * FACTOR` takes as its like of `length`. */
function growthOf(target: TextTarget, texts: (length: number) => string, length: number): number {
  const [short, long] = [texts(length), texts(length * FACTOR)];
  return fastestMs(() => target.run(long)) / fastestMs(() => target.run(short));
}

/** Texts FACTOR times as long may not take many more times as long; a suspicion has to be true of longer texts too. */
function checkGrowth(target: TextTarget, random: Random | undefined): void {
  for (const texts of growingTexts(target, random)) {
    const long = texts(LENGTH * FACTOR);
    const took = runOne(
      target.name,
      () => target.run(long),
      long.length,
      () => shownText(long),
    );
    if (took < NOTICEABLE_MS || growthOf(target, texts, LENGTH) < MOST) continue;
    let ratio = Infinity;
    for (let time = 0; time < GROWTH_MEASUREMENTS && ratio > MOST; time++)
      ratio = Math.min(ratio, growthOf(target, texts, LENGTH * FACTOR));
    if (ratio > MOST)
      throw new Error(
        `${target.name} takes ${ratio.toFixed(1)} times as long with ${FACTOR} times ${shownText(texts(LENGTH))}`,
      );
  }
}

function fuzzText(target: TextTarget, count: number, seed: number, thorough: boolean): number {
  const random = new Random(seed);
  let slowest = 0;
  for (let input = 0; input < count; input++) {
    const text = anyText(random, target);
    slowest = Math.max(
      slowest,
      runOne(
        target.name,
        () => target.run(text),
        text.length,
        () => shownText(text),
      ),
    );
  }
  checkGrowth(target, thorough ? undefined : random);
  return slowest;
}

function fuzzBytes(target: ByteTarget, count: number, seed: number): number {
  const random = new Random(seed);
  let slowest = 0;
  for (let input = 0; input < count; input++) {
    const place = () => `input ${input} of seed ${seed}`;
    slowest = Math.max(
      slowest,
      runOne(target.name, () => target.run(random), 0, place),
    );
  }
  return slowest;
}

/**
 * Gives a target `count` inputs that the seed repeats. Throws with the input where the target throws, hangs, or slows
 * down more than in proportion; `thorough` looks for that with every pair of words.
 */
export function fuzz(name: string, count: number, seed: number, thorough: boolean): FuzzReport {
  const begin = performance.now();
  const text = textTargets.find((target) => target.name === name);
  const byte = byteTargets.find((target) => target.name === name);
  if (text === undefined && byte === undefined) throw new Error(`there is no fuzz target "${name}"`);
  const slowestMs = text ? fuzzText(text, count, seed, thorough) : byte ? fuzzBytes(byte, count, seed) : 0;
  return { inputs: count, seconds: (performance.now() - begin) / 1000, slowestMs };
}
