import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { concatWith, firstValueFrom, map, NEVER, Observable, take, timeout, toArray } from "rxjs";
import { imageDimensions, type NDArray } from "../../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../../src/drivers/ndarray/ndArrayPool.js";
import {
  type MeasuringOptions,
  measuredImages$,
} from "../../../../src/scan/trigger/measure/measuredImages.js";
import type { MeasureSpec } from "../../../../src/scan/trigger/measure/messages.js";
import { pixelModel } from "./tinyModel.js";

const folder = mkdtempSync(join(tmpdir(), "tomoioc-measure-"));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const settings = { threshold: 0, region: { minX: 0, minY: 0, sizeX: 0, sizeY: 0 } };

/** Images of 4 x 2 pixels of one value each, the next when the one before was measured. */
class Images {
  readonly pool = new NDArrayPool();
  #send: (value: number) => void = () => {};
  #id = 0;

  readonly images$ = new Observable<NDArray>((subscriber) => {
    this.#send = (value) => {
      this.#id += 1;
      const stamp = { uniqueId: this.#id, timeStamp: 0, epicsTimestamp: { seconds: 0, nanoseconds: 0 } };
      const array = this.pool.allocate({
        ...{ ...stamp, dataType: "UInt8", dimensions: imageDimensions(4, 2), attributes: [] },
      });
      assert.ok(array);
      new Uint8Array(array.buffer).fill(value);
      subscriber.next(array);
      array.release();
    };
  });

  send(value: number): void {
    this.#send(value);
  }

  /** What is measured of images of these values, one at a time. */
  measure(
    spec: MeasureSpec,
    values: readonly number[],
    options: Partial<MeasuringOptions> = {},
  ): Promise<(number | undefined)[]> {
    const measured$ = measuredImages$(this.images$, {
      ...{ spec, settings: () => settings, periodSeconds: () => 0, ...options },
    });
    const [first = 0, ...rest] = values;
    const measures = firstValueFrom(
      measured$.pipe(
        concatWith(NEVER),
        map(({ value }) => {
          const next = rest.shift();
          if (next !== undefined) this.send(next);
          return value;
        }),
        take(values.length),
        toArray(),
        timeout(20_000),
      ),
    );
    this.send(first);
    return measures;
  }
}

describe("images are measured in a thread", () => {
  it("by a measure of ours", async () => {
    const measures = await new Images().measure({ kind: "built-in", name: "Change" }, [1, 4, 4]);
    assert.deepEqual(measures, [undefined, 3, 0]);
  });

  it("by a user's TypeScript function, with what it imports", async () => {
    file("limit.ts", "export const limit: number = 3;");
    const path = file(
      "bright.ts",
      `import { limit } from "./limit.js";
       interface Image { readonly data: Float32Array; readonly width: number }
       export default ({ data, width }: Image): boolean => width === 4 && data.every((pixel) => pixel > limit);`,
    );
    assert.deepEqual(await new Images().measure({ kind: "function", path }, [3, 4]), [0, 1]);
  });

  it("by an ONNX model that takes any size, whose map is averaged", async () => {
    const path = file("any.onnx", pixelModel("Neg", "h", "w"));
    assert.deepEqual(await new Images().measure({ kind: "model", path }, [5, 7]), [-5, -7]);
  });

  it("by an ONNX model of a size of its own", async () => {
    const path = file("fixed.onnx", pixelModel("Neg", 1, 2));
    assert.deepEqual(await new Images().measure({ kind: "model", path }, [5]), [-5]);
  });

  it("and given back to the pool", async () => {
    const images = new Images();
    await images.measure({ kind: "built-in", name: "Mean" }, [1, 2, 3]);
    while (images.pool.inUse > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(images.pool.inUse, 0);
  });
});

describe("a measure that does not work says so", () => {
  const rejected = (path: string, options: Partial<MeasuringOptions> = {}) =>
    new Images().measure({ kind: path.endsWith(".onnx") ? "model" : "function", path }, [1], options);

  const cases: readonly [what: string, path: () => string, message: RegExp][] = [
    ["its file is missing", () => join(folder, "absent.ts"), /absent\.ts/],
    [
      "it exports no function",
      () => file("none.ts", "export const other = 1;"),
      /none\.ts: the default export is not a function/,
    ],
    [
      "it throws",
      () => file("throws.ts", "export default () => { throw new Error('no sample'); };"),
      /no sample/,
    ],
    [
      "it answers with no number",
      () => file("word.ts", "export default () => 'dog';"),
      /word\.ts: returned dog/,
    ],
    ["its syntax is wrong", () => file("syntax.ts", "export default (((;"), /syntax\.ts/],
    ["its model is none", () => file("text.onnx", "not a model"), /./],
  ];
  for (const [what, path, message] of cases)
    it(`when ${what}`, async () => {
      await assert.rejects(rejected(path()), message);
    });

  it("when it never ends", async () => {
    const path = file("endless.ts", "export default () => { for (;;); };");
    await assert.rejects(rejected(path, { longestSeconds: 0.3 }), /no answer within 0\.3 s/);
  });
});
