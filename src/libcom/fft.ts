interface Stage {
  /** Points per butterfly group of this stage. */
  readonly length: number;
  readonly twiddles: Float64Array;
}

/**
 * In-place complex FFT of a power of two, radix 4. `forward` takes natural order and leaves bit-reversed order,
 * `inverse` takes that order back: a filter between the two is stored bit-reversed (`order`) and nothing is ever
 * permuted. `inverse` does not divide by the size; fold 1 / size into the filter.
 */
export class Fft {
  readonly size: number;
  /** `order[i]` is the frequency index that `forward` leaves at position i. */
  readonly order: Uint32Array;
  readonly #stages: readonly Stage[];
  readonly #endsInPairs: boolean;

  constructor(size: number) {
    const bits = Math.log2(size);
    if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`FFT size ${size} is not a power of two`);
    this.size = size;
    this.order = Uint32Array.from({ length: size }, (_, index) => reverseBits(index, bits));
    const stages: Stage[] = [];
    let length = size;
    for (; length > 4; length /= 4) stages.push({ length, twiddles: twiddlesOf(length) });
    this.#stages = stages;
    this.#endsInPairs = length === 2;
  }

  forward(re: Float64Array, im: Float64Array): void {
    for (const stage of this.#stages) decimateInFrequency(re, im, this.size, stage);
    this.#smallest(re, im);
  }

  inverse(re: Float64Array, im: Float64Array): void {
    this.#smallestInverse(re, im);
    for (let i = this.#stages.length - 1; i >= 0; i--)
      decimateInTime(re, im, this.size, this.#stages[i] as Stage);
  }

  /** `forward` of data whose second half is zero, whatever is there: what padding asks for. */
  forwardPadded(re: Float64Array, im: Float64Array): void {
    const [first, ...others] = this.#stages;
    if (first === undefined) {
      re.fill(0, this.size / 2);
      im.fill(0, this.size / 2);
    } else decimatePadded(re, im, first);
    for (const stage of others) decimateInFrequency(re, im, this.size, stage);
    this.#smallest(re, im);
  }

  /** `inverse`, but only the first half of the result is worth anything. */
  inverseCropped(re: Float64Array, im: Float64Array): void {
    this.#smallestInverse(re, im);
    for (let i = this.#stages.length - 1; i > 0; i--)
      decimateInTime(re, im, this.size, this.#stages[i] as Stage);
    const [first] = this.#stages;
    if (first !== undefined) decimateCropped(re, im, first);
  }

  /** The groups of four or two points that need no twiddles. */
  #smallest(re: Float64Array, im: Float64Array): void {
    if (this.#endsInPairs) pairs(re, im, this.size);
    else fours(re, im, this.size);
  }

  #smallestInverse(re: Float64Array, im: Float64Array): void {
    if (this.#endsInPairs) pairs(re, im, this.size);
    else foursInverse(re, im, this.size);
  }
}

export const nextPowerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(count, 2)));

function reverseBits(index: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed = (reversed << 1) | ((index >> bit) & 1);
  return reversed;
}

/** w^j, w^2j, w^3j of a stage of `length` points as re, im pairs, six numbers for each j < length / 4. */
export function twiddlesOf(length: number): Float64Array {
  const twiddles = new Float64Array((length / 4) * 6);
  for (let j = 0; j < length / 4; j++) {
    for (let power = 1; power <= 3; power++) {
      const angle = (-2 * Math.PI * j * power) / length;
      twiddles[j * 6 + power * 2 - 2] = Math.cos(angle);
      twiddles[j * 6 + power * 2 - 1] = Math.sin(angle);
    }
  }
  return twiddles;
}

// Typed-array reads `as number`: the compiler cannot see that the loops stay in bounds, and a run-time check costs.
function decimateInFrequency(re: Float64Array, im: Float64Array, size: number, stage: Stage): void {
  const { length, twiddles } = stage;
  const quarter = length / 4;
  for (let start = 0; start < size; start += length) {
    for (let j = 0, t = 0; j < quarter; j++, t += 6) {
      const i0 = start + j;
      const i1 = i0 + quarter;
      const i2 = i1 + quarter;
      const i3 = i2 + quarter;
      const a = (re[i0] as number) + (re[i2] as number);
      const aIm = (im[i0] as number) + (im[i2] as number);
      const c = (re[i0] as number) - (re[i2] as number);
      const cIm = (im[i0] as number) - (im[i2] as number);
      const b = (re[i1] as number) + (re[i3] as number);
      const bIm = (im[i1] as number) + (im[i3] as number);
      const d = (re[i1] as number) - (re[i3] as number);
      const dIm = (im[i1] as number) - (im[i3] as number);
      re[i0] = a + b;
      im[i0] = aIm + bIm;
      const w1 = twiddles[t] as number;
      const w1Im = twiddles[t + 1] as number;
      const w2 = twiddles[t + 2] as number;
      const w2Im = twiddles[t + 3] as number;
      const w3 = twiddles[t + 4] as number;
      const w3Im = twiddles[t + 5] as number;
      const even = a - b;
      const evenIm = aIm - bIm;
      re[i1] = even * w2 - evenIm * w2Im;
      im[i1] = even * w2Im + evenIm * w2;
      const minus = c + dIm;
      const minusIm = cIm - d;
      re[i2] = minus * w1 - minusIm * w1Im;
      im[i2] = minus * w1Im + minusIm * w1;
      const plus = c - dIm;
      const plusIm = cIm + d;
      re[i3] = plus * w3 - plusIm * w3Im;
      im[i3] = plus * w3Im + plusIm * w3;
    }
  }
}

function decimateInTime(re: Float64Array, im: Float64Array, size: number, stage: Stage): void {
  const { length, twiddles } = stage;
  const quarter = length / 4;
  for (let start = 0; start < size; start += length) {
    for (let j = 0, t = 0; j < quarter; j++, t += 6) {
      const i0 = start + j;
      const i1 = i0 + quarter;
      const i2 = i1 + quarter;
      const i3 = i2 + quarter;
      const w1 = twiddles[t] as number;
      const w1Im = twiddles[t + 1] as number;
      const w2 = twiddles[t + 2] as number;
      const w2Im = twiddles[t + 3] as number;
      const w3 = twiddles[t + 4] as number;
      const w3Im = twiddles[t + 5] as number;
      const u1 = (re[i1] as number) * w2 + (im[i1] as number) * w2Im;
      const u1Im = (im[i1] as number) * w2 - (re[i1] as number) * w2Im;
      const u2 = (re[i2] as number) * w1 + (im[i2] as number) * w1Im;
      const u2Im = (im[i2] as number) * w1 - (re[i2] as number) * w1Im;
      const u3 = (re[i3] as number) * w3 + (im[i3] as number) * w3Im;
      const u3Im = (im[i3] as number) * w3 - (re[i3] as number) * w3Im;
      const a = (re[i0] as number) + u1;
      const aIm = (im[i0] as number) + u1Im;
      const b = (re[i0] as number) - u1;
      const bIm = (im[i0] as number) - u1Im;
      const c = u2 + u3;
      const cIm = u2Im + u3Im;
      const d = u3Im - u2Im;
      const dIm = u2 - u3;
      re[i0] = a + c;
      im[i0] = aIm + cIm;
      re[i2] = a - c;
      im[i2] = aIm - cIm;
      re[i1] = b + d;
      im[i1] = bIm + dIm;
      re[i3] = b - d;
      im[i3] = bIm - dIm;
    }
  }
}

/** The first stage where the second half of the data is zero. */
function decimatePadded(re: Float64Array, im: Float64Array, { length, twiddles }: Stage): void {
  const quarter = length / 4;
  for (let j = 0, t = 0; j < quarter; j++, t += 6) {
    const a = re[j] as number;
    const aIm = im[j] as number;
    const b = re[j + quarter] as number;
    const bIm = im[j + quarter] as number;
    const w1 = twiddles[t] as number;
    const w1Im = twiddles[t + 1] as number;
    const w2 = twiddles[t + 2] as number;
    const w2Im = twiddles[t + 3] as number;
    const w3 = twiddles[t + 4] as number;
    const w3Im = twiddles[t + 5] as number;
    re[j] = a + b;
    im[j] = aIm + bIm;
    re[j + quarter] = (a - b) * w2 - (aIm - bIm) * w2Im;
    im[j + quarter] = (a - b) * w2Im + (aIm - bIm) * w2;
    re[j + 2 * quarter] = (a + bIm) * w1 - (aIm - b) * w1Im;
    im[j + 2 * quarter] = (a + bIm) * w1Im + (aIm - b) * w1;
    re[j + 3 * quarter] = (a - bIm) * w3 - (aIm + b) * w3Im;
    im[j + 3 * quarter] = (a - bIm) * w3Im + (aIm + b) * w3;
  }
}

/** The last stage of an inverse, as far as the first half of its result needs it. */
function decimateCropped(re: Float64Array, im: Float64Array, { length, twiddles }: Stage): void {
  const quarter = length / 4;
  for (let j = 0, t = 0; j < quarter; j++, t += 6) {
    const i1 = j + quarter;
    const i2 = i1 + quarter;
    const i3 = i2 + quarter;
    const w1 = twiddles[t] as number;
    const w1Im = twiddles[t + 1] as number;
    const w2 = twiddles[t + 2] as number;
    const w2Im = twiddles[t + 3] as number;
    const w3 = twiddles[t + 4] as number;
    const w3Im = twiddles[t + 5] as number;
    const u1 = (re[i1] as number) * w2 + (im[i1] as number) * w2Im;
    const u1Im = (im[i1] as number) * w2 - (re[i1] as number) * w2Im;
    const u2 = (re[i2] as number) * w1 + (im[i2] as number) * w1Im;
    const u2Im = (im[i2] as number) * w1 - (re[i2] as number) * w1Im;
    const u3 = (re[i3] as number) * w3 + (im[i3] as number) * w3Im;
    const u3Im = (im[i3] as number) * w3 - (re[i3] as number) * w3Im;
    const a = re[j] as number;
    const aIm = im[j] as number;
    re[j] = a + u1 + u2 + u3;
    im[j] = aIm + u1Im + u2Im + u3Im;
    re[i1] = a - u1 + u3Im - u2Im;
    im[i1] = aIm - u1Im + u2 - u3;
  }
}

function fours(re: Float64Array, im: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 4) {
    const a = (re[i] as number) + (re[i + 2] as number);
    const aIm = (im[i] as number) + (im[i + 2] as number);
    const c = (re[i] as number) - (re[i + 2] as number);
    const cIm = (im[i] as number) - (im[i + 2] as number);
    const b = (re[i + 1] as number) + (re[i + 3] as number);
    const bIm = (im[i + 1] as number) + (im[i + 3] as number);
    const d = (re[i + 1] as number) - (re[i + 3] as number);
    const dIm = (im[i + 1] as number) - (im[i + 3] as number);
    re[i] = a + b;
    im[i] = aIm + bIm;
    re[i + 1] = a - b;
    im[i + 1] = aIm - bIm;
    re[i + 2] = c + dIm;
    im[i + 2] = cIm - d;
    re[i + 3] = c - dIm;
    im[i + 3] = cIm + d;
  }
}

function foursInverse(re: Float64Array, im: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 4) {
    const a = (re[i] as number) + (re[i + 1] as number);
    const aIm = (im[i] as number) + (im[i + 1] as number);
    const b = (re[i] as number) - (re[i + 1] as number);
    const bIm = (im[i] as number) - (im[i + 1] as number);
    const c = (re[i + 2] as number) + (re[i + 3] as number);
    const cIm = (im[i + 2] as number) + (im[i + 3] as number);
    const d = (im[i + 3] as number) - (im[i + 2] as number);
    const dIm = (re[i + 2] as number) - (re[i + 3] as number);
    re[i] = a + c;
    im[i] = aIm + cIm;
    re[i + 2] = a - c;
    im[i + 2] = aIm - cIm;
    re[i + 1] = b + d;
    im[i + 1] = bIm + dIm;
    re[i + 3] = b - d;
    im[i + 3] = bIm - dIm;
  }
}

function pairs(re: Float64Array, im: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 2) {
    const a = re[i] as number;
    const aIm = im[i] as number;
    const b = re[i + 1] as number;
    const bIm = im[i + 1] as number;
    re[i] = a + b;
    im[i] = aIm + bIm;
    re[i + 1] = a - b;
    im[i + 1] = aIm - bIm;
  }
}
