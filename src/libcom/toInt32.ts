const LOWEST_LONG = -(2 ** 31);

/** A double as int32 as C on x86 casts it: what does not fit, and NaN, gives the lowest number. */
export const toInt32 = (value: number): number =>
  value > LOWEST_LONG - 1 && value < 2 ** 31 ? Math.trunc(value) | 0 : LOWEST_LONG;
