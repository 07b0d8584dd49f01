import { isBigData, type NDData } from "../ndarray/ndArray.js";
import { countValues, isNarrow, type NarrowData, type ValueCounts } from "./valueCounts.js";

export interface Statistics {
  readonly minimum: number;
  readonly minimumIndex: number;
  readonly maximum: number;
  readonly maximumIndex: number;
  readonly total: number;
  readonly mean: number;
  /** Of the population: divided by the number of elements. */
  readonly sigma: number;
}

/** Over all elements; of an empty array everything is 0. `values` are those of the data, where they were counted already. */
export function statisticsOf(data: NDData, values = countValues(data)): Statistics {
  return values !== undefined && isNarrow(data) ? ofCounts(values, data) : ofElements(data);
}

/** Deviations are summed about the first element, so that a large offset costs no precision. */
function ofElements(data: NDData): Statistics {
  const numbers = isBigData(data) ? Float64Array.from(data, Number) : data;
  const reference = numbers[0] ?? 0;
  let minimum = reference;
  let maximum = reference;
  let minimumIndex = 0;
  let maximumIndex = 0;
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index] ?? 0;
    const deviation = value - reference;
    sum += deviation;
    squares += deviation * deviation;
    if (value < minimum) {
      minimum = value;
      minimumIndex = index;
    } else if (value > maximum) {
      maximum = value;
      maximumIndex = index;
    }
  }
  const count = Math.max(numbers.length, 1);
  const mean = sum / count;
  return {
    minimum,
    minimumIndex,
    maximum,
    maximumIndex,
    total: sum + reference * numbers.length,
    mean: mean + reference,
    sigma: Math.sqrt(Math.max(0, squares / count - mean * mean)),
  };
}

function ofCounts({ lowest, counts }: ValueCounts, data: NarrowData): Statistics {
  const minimum = lowest + counts.findIndex((count) => count > 0);
  const maximum = lowest + counts.findLastIndex((count) => count > 0);
  const total = counts.reduce((sum, count, index) => sum + count * (index + lowest), 0);
  const mean = total / data.length;
  const squares = counts.reduce((sum, count, index) => sum + count * (index + lowest - mean) ** 2, 0);
  return {
    minimum,
    minimumIndex: data.indexOf(minimum),
    maximum,
    maximumIndex: data.indexOf(maximum),
    total,
    mean,
    sigma: Math.sqrt(squares / data.length),
  };
}
