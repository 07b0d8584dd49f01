import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Observable, Subject, throwError } from "rxjs";
import { iterate } from "../../src/libcom/asyncIteration.js";

interface Numbered {
  readonly n: number;
}

const numbersOf = async (values: AsyncIterable<Numbered>): Promise<number[]> => {
  const seen: number[] = [];
  for await (const { n } of values) seen.push(n);
  return seen;
};

describe("iterating over an observable", () => {
  it("gives its values in order and ends with it", async () => {
    const source = new Subject<Numbered>();
    const seen = numbersOf(iterate(source, 10));
    for (const n of [1, 2, 3]) source.next({ n });
    source.complete();
    assert.deepEqual(await seen, [1, 2, 3]);
  });

  it("keeps the first values that wait, and the newest", async () => {
    const source = new Subject<Numbered>();
    const seen = numbersOf(iterate(source, 3));
    for (let n = 1; n <= 100; n++) source.next({ n });
    source.complete();
    assert.deepEqual(await seen, [1, 2, 100]);
  });

  it("unsubscribes when the loop ends", async () => {
    let ended = false;
    const source = new Observable<Numbered>((subscriber) => {
      subscriber.next({ n: 1 });
      return () => {
        ended = true;
      };
    });
    for await (const { n } of iterate(source, 10)) if (n === 1) break;
    assert.equal(ended, true);
  });

  it("fails as its source fails", async () => {
    await assert.rejects(
      numbersOf(
        iterate(
          throwError(() => new Error("broken")),
          10,
        ),
      ),
      /broken/,
    );
  });
});
