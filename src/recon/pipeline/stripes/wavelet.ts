/** Scaling filter of Daubechies' wavelet with five vanishing moments (Daubechies, 1988, table 1), normalised to 2^(1/2). */
const SCALING = [
  0.160102397974193, 0.603829269797189, 0.724308528437773, 0.13842814590132, -0.242294887066382,
  -0.032244869584638, 0.077571493840046, -0.006241490212798, -0.012580751999082, 0.003335725285474,
] as const;

const TAPS = SCALING.length;

const LOW = Float64Array.from(SCALING);

/** The quadrature mirror of the scaling filter. */
const HIGH = LOW.map((_, i) => (i % 2 === 0 ? 1 : -1) * (LOW[TAPS - 1 - i] ?? 0));

/** A matrix by rows. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

export const zeros = (rows: number, columns: number): Matrix => ({
  data: new Float64Array(rows * columns),
  rows,
  columns,
});

const FILTERS = { low: LOW, high: HIGH };

type Band = keyof typeof FILTERS;

/** Coefficients that `count` values have in each band. */
const coefficients = (count: number): number => Math.floor((count + TAPS - 1) / 2);

/** Index in a line that goes on mirrored beyond its ends. */
function mirrored(index: number, count: number): number {
  const period = 2 * count;
  const inPeriod = ((index % period) + period) % period;
  return inPeriod < count ? inPeriod : period - 1 - inPeriod;
}

/** One band of each row. */
export function alongRows({ data, rows, columns }: Matrix, band: Band): Matrix {
  const out = zeros(rows, coefficients(columns));
  const filter = FILTERS[band];
  const sources = sourcesOf(columns);
  const beginsInside = TAPS / 2 - 1;
  const endsInside = Math.max(beginsInside, columns >> 1);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = row * out.columns;
    for (let k = 0; k < out.columns; k++)
      out.data[to + k] =
        k >= beginsInside && k < endsInside
          ? weighted(filter, data, from + 2 * k + 2 - TAPS)
          : weightedAt(filter, data, from, sources, k * TAPS);
  }
  return out;
}

/** The sum of the values from `at` on, each times its tap: written out, as it is computed most. */
function weighted(filter: Float64Array, data: Float64Array, at: number): number {
  return (
    (filter[0] as number) * (data[at] as number) +
    (filter[1] as number) * (data[at + 1] as number) +
    (filter[2] as number) * (data[at + 2] as number) +
    (filter[3] as number) * (data[at + 3] as number) +
    (filter[4] as number) * (data[at + 4] as number) +
    (filter[5] as number) * (data[at + 5] as number) +
    (filter[6] as number) * (data[at + 6] as number) +
    (filter[7] as number) * (data[at + 7] as number) +
    (filter[8] as number) * (data[at + 8] as number) +
    (filter[9] as number) * (data[at + 9] as number)
  );
}

/** The same near the ends of a line, where the values are those that `sources` names. */
function weightedAt(
  filter: Float64Array,
  data: Float64Array,
  from: number,
  sources: Int32Array,
  first: number,
): number {
  let sum = 0;
  for (let tap = 0; tap < TAPS; tap++)
    sum += (filter[tap] as number) * (data[from + (sources[first + tap] as number)] as number);
  return sum;
}

/** One band of each column. */
export function alongColumns({ data, rows, columns }: Matrix, band: Band): Matrix {
  const out = zeros(coefficients(rows), columns);
  const filter = FILTERS[band];
  const sources = sourcesOf(rows);
  for (let k = 0; k < out.rows; k++)
    for (let tap = 0; tap < TAPS; tap++)
      addLine(
        out.data,
        k * columns,
        data,
        (sources[k * TAPS + tap] as number) * columns,
        columns,
        filter[tap] as number,
      );
  return out;
}

/** For each coefficient the places of the values under the filter's taps. */
function sourcesOf(count: number): Int32Array {
  const sources = new Int32Array(coefficients(count) * TAPS);
  for (let i = 0; i < sources.length; i++)
    sources[i] = mirrored(2 * Math.floor(i / TAPS) + 2 - TAPS + (i % TAPS), count);
  return sources;
}

/** What one band gives to rows of `columns` values. */
export function rowsFrom({ data, rows, columns: count }: Matrix, band: Band, columns: number): Matrix {
  const out = zeros(rows, columns);
  const filter = FILTERS[band];
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    // Two columns next to each other come from the same five coefficients, and there are as many as that takes.
    for (let i = 0; i < columns; i += 2) {
      let k = row * count + i / 2 + TAPS / 2 - 1;
      let even = 0;
      let odd = 0;
      for (let tap = 0; tap < TAPS; tap += 2, k--) {
        const value = data[k] as number;
        even += (filter[tap] as number) * value;
        odd += (filter[tap + 1] as number) * value;
      }
      out.data[to + i] = even;
      if (i + 1 < columns) out.data[to + i + 1] = odd;
    }
  }
  return out;
}

/** What one band gives to columns of `rows` values. */
export function columnsFrom({ data, rows: count, columns }: Matrix, band: Band, rows: number): Matrix {
  const out = zeros(rows, columns);
  const filter = FILTERS[band];
  for (let i = 0; i < rows; i++)
    for (let tap = i % 2; tap < TAPS; tap += 2) {
      const k = (i - tap + TAPS - 2) / 2;
      if (k < count) addLine(out.data, i * columns, data, k * columns, columns, filter[tap] as number);
    }
  return out;
}

function addLine(
  out: Float64Array,
  to: number,
  data: Float64Array,
  from: number,
  count: number,
  factor: number,
): void {
  for (let i = 0; i < count; i++) out[to + i] = (out[to + i] as number) + factor * (data[from + i] as number);
}
