import { nextPowerOfTwo } from "../../libcom/fft.js";

/** 0 .. count - 1 in bit-reversed order: any first part of it is spread evenly over the whole. */
export function spreadOrder(count: number): number[] {
  const order: number[] = [0];
  for (let stride = nextPowerOfTwo(count) / 2; stride >= 1; stride /= 2)
    order.push(...order.map((value) => value + stride));
  return order.filter((value) => value < count);
}
