import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { EventMask } from "../../../src/channel/eventMask.js";
import { needsPython } from "../../support/python.js";
import { type Answer, type BothAnswers, type Scalar, type Step, throughClient } from "./client.js";

/** A step and what it answers; a put without expectation has to be taken. */
export type Check = readonly [step: Step, expected?: Answer] | readonly [step: Step];

/** One behaviour: records, what a client does to them, what it then sees. */
export interface Behaviour {
  readonly name: string;
  readonly database: string;
  readonly checks: readonly Check[];
}

export const { VALUE, LOG, ALARM, PROPERTY } = EventMask;

/** A record that counts how often it processes. */
export const count = (name: string): string => `record(calc, "${name}") { field(CALC, "VAL+1") }`;

// Checks as tests write them.

export const get = (pv: string, expected: Answer): Check => [["get", pv], expected];
/** Read as DBR_STRING, as `caget -S` shows it. */
export const text = (pv: string, expected: string): Check => [["get", pv, "STRING"], expected];
export const put = (pv: string, value: Scalar | readonly Scalar[]): Check => [["put", pv, value]];
export const refused = (pv: string, value: Scalar | readonly Scalar[], reason = "PUTFAIL"): Check => [
  ["put", pv, value],
  reason,
];
export const until = (pv: string, value: string): Check => [["until", pv, value], value];
export const monitor = (key: string, pv: string, mask: number): Check => [["monitor", key, pv, mask]];
export const events = (...expected: readonly Answer[]): Check => [["events"], expected];
/** Status and severity as one text: "STAT SEVR". */
export const alarm = (record: string, status: string, severity: string): Check[] => [
  text(`${record}.STAT`, status),
  text(`${record}.SEVR`, severity),
];

const lineOf = ([step]: Check, answer: Answer): string => `${step.join(" ")}: ${JSON.stringify(answer)}`;

const expectedOf = ([, expected]: Check): Answer => (expected === undefined ? true : expected);

/**
 * One test per behaviour. All of them run in one IOC of EPICS Base and one of ours through one client each; what is
 * expected has to be what both answer.
 */
export function testBehaviours(about: string, behaviours: readonly Behaviour[]): void {
  describe(about, needsPython, () => {
    let both: BothAnswers = { reference: [], ours: [] };
    const steps = behaviours.flatMap(({ checks }) => checks.map(([step]) => step));

    before(async () => {
      both = await throughClient(behaviours.map(({ database }) => database).join("\n"), steps);
    });

    let from = 0;
    for (const { name, checks } of behaviours) {
      const at = from;
      from += checks.length;
      it(name, () => {
        const told = (answers: readonly Answer[]) =>
          checks.map((check, index) => lineOf(check, answers[at + index]));
        const expected = checks.map((check) => lineOf(check, expectedOf(check)));
        assert.deepEqual(told(both.reference), expected, "EPICS Base answers otherwise");
        assert.deepEqual(told(both.ours), expected, "ours answers otherwise than EPICS Base");
      });
    }
  });
}
