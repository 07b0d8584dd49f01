import type { NDData } from "../../drivers/ndarray/ndArray.js";

/** Counts that a projection frame can come in. */
export type RawData = Exclude<NDData, BigInt64Array | BigUint64Array>;

/** A detector pixel that never sees light, and a ray that lets none through, stay finite at this transmission. */
export const SMALLEST_TRANSMISSION = 1e-6;

/** Dark and flat field prepared once for many projections. */
export class FlatField {
  readonly dark: Float32Array;
  /** 1 / max(flat - dark, 1e-6). */
  readonly gain: Float32Array;

  /** Mean dark and flat frame, both of the projections' size. */
  constructor(dark: Float32Array, flat: Float32Array) {
    if (dark.length !== flat.length)
      throw new RangeError(`dark field has ${dark.length} pixels, flat field ${flat.length}`);
    this.dark = dark;
    this.gain = new Float32Array(flat.length);
    for (let pixel = 0; pixel < flat.length; pixel++)
      this.gain[pixel] =
        1 / Math.max((flat[pixel] as number) - (dark[pixel] as number), SMALLEST_TRANSMISSION);
  }

  /** The field whose pixels have another gain too, such that each line integral is less by that pixel's `stripes`. */
  without(stripes: Float32Array): FlatField {
    const field = new FlatField(this.dark, this.dark);
    for (let pixel = 0; pixel < stripes.length; pixel++)
      field.gain[pixel] = (this.gain[pixel] as number) * Math.exp(stripes[pixel] as number);
    return field;
  }

  get length(): number {
    return this.dark.length;
  }

  /** Transmission of each pixel into `out`: (raw - dark) / (flat - dark). */
  transmission(raw: RawData, out: Float32Array): void {
    const dark = this.dark;
    const gain = this.gain;
    for (let pixel = 0; pixel < out.length; pixel++)
      out[pixel] = ((raw[pixel] as number) - (dark[pixel] as number)) * (gain[pixel] as number);
  }
}

/** Transmission to line integrals, in place: -ln(max(d, 1e-6)). */
export function minusLog(data: Float32Array): void {
  for (let pixel = 0; pixel < data.length; pixel++)
    data[pixel] = -Math.log(Math.max(data[pixel] as number, SMALLEST_TRANSMISSION));
}
