import type { RawData } from "../../pipeline/darkFlat.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { layoutOf } from "./layout.js";
import { PackedMemory } from "./packedMemory.js";
import { Team } from "./team.js";

/** Where packed projections are kept; undefined where there is no room for so many. */
export interface PackedPlaces {
  at(place: number): number | undefined;
}

/**
 * What projections of one size are reconstructed with: threads, their memory, memory for counts. The next reconstruction goes on with it,
 * because new memory costs as much as what is computed in it.
 */
export class Workplace {
  readonly team: Team;
  readonly packed: PackedPlaces;
  readonly #size: ProjectionSize;
  #spares: RawData[] = [];

  /** @throws RangeError when there is not that much memory */
  constructor(size: ProjectionSize, threads: number, module: WebAssembly.Module) {
    const layout = layoutOf(size, threads);
    this.#size = size;
    this.team = new Team(layout, module);
    this.packed = new PackedMemory(this.team.memory, layout);
  }

  fits({ width, height }: ProjectionSize): boolean {
    return this.#size.width === width && this.#size.height === height;
  }

  /** Memory in its hands. */
  get bytes(): number {
    const counts = this.#spares.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return counts + this.team.memory.buffer.byteLength;
  }

  /** Memory for counts that nobody uses any more. */
  takeSpare(): RawData | undefined {
    return this.#spares.pop();
  }

  giveSpares(counts: readonly RawData[]): void {
    this.#spares = [...this.#spares, ...counts];
  }

  close(): Promise<void> {
    this.#spares = [];
    return this.team.close();
  }
}
