import { type DisplayRange, displayRange, relativeTo } from "./range.js";

const SHADES = [" ", "░", "▒", "▓", "█"] as const;

/** Terminal characters are about twice as high as wide. */
const CHARACTER_ASPECT = 2;

/** A slice in shaded blocks, `columns` characters wide, for a terminal. */
export function sliceToText(
  slice: Float32Array,
  width: number,
  height: number,
  columns = 80,
  range: DisplayRange = displayRange(slice),
): string {
  const across = Math.max(1, Math.min(columns, width));
  const down = Math.max(1, Math.round((height * across) / width / CHARACTER_ASPECT));
  const lines = Array.from({ length: down }, (_, line) =>
    Array.from({ length: across }, (_, column) => {
      const mean = meanOf(slice, width, [column / across, (column + 1) / across], height, [
        line / down,
        (line + 1) / down,
      ]);
      return SHADES[Math.round(relativeTo(range, mean) * (SHADES.length - 1))] ?? " ";
    })
      .join("")
      .trimEnd(),
  );
  return lines.join("\n");
}

type Part = readonly [from: number, to: number];

/** Mean over the pixels of one character; at least one pixel. */
function meanOf(slice: Float32Array, width: number, across: Part, height: number, down: Part): number {
  const [left, right] = pixels(across, width);
  const [top, bottom] = pixels(down, height);
  let sum = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += slice[y * width + x] ?? 0;
  return sum / ((right - left) * (bottom - top));
}

function pixels([from, to]: Part, count: number): Part {
  const first = Math.floor(from * count);
  return [first, Math.max(first + 1, Math.floor(to * count))];
}
