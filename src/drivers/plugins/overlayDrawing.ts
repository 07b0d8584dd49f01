import type { ImageGrid } from "../ndarray/imageLayout.js";
import { isBigData, type NDData } from "../ndarray/ndArray.js";
import { OVERLAY_FONTS } from "./overlayFonts.js";

/** By the value of Shape. */
export const OVERLAY_SHAPES = ["Cross", "Rectangle", "Text", "Ellipse"] as const;

/** One drawing, in pixels of the image. */
export interface Overlay {
  readonly shape: (typeof OVERLAY_SHAPES)[number];
  /** The upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly sizeX: number;
  readonly sizeY: number;
  /** How thick lines are. */
  readonly widthX: number;
  readonly widthY: number;
  /** Whether pixels are set to the color, or changed by XOR with it. */
  readonly isXor: boolean;
  /** Red, green and blue; an image without colors takes green. */
  readonly color: readonly [number, number, number];
  readonly text: string;
  readonly font: number;
}

export interface OverlayRequest extends ImageGrid {
  readonly from: NDData;
  readonly to: NDData;
  readonly overlays: readonly Overlay[];
}

type Point = readonly [x: number, y: number];

/** Copies an image and draws on the copy, as NDPluginOverlay does. */
export function drawOverlays({ from, to, sizeX, sizeY, strides, overlays }: OverlayRequest): void {
  copy(from, to);
  for (const overlay of overlays)
    for (const [x, y] of SHAPES[overlay.shape](overlay))
      if (x >= 0 && x < sizeX && y >= 0 && y < sizeY)
        draw(to, x * strides.x + y * strides.y, strides.color, overlay);
}

function copy(from: NDData, to: NDData): void {
  if (isBigData(from) && isBigData(to)) to.set(from);
  else if (!isBigData(from) && !isBigData(to)) to.set(from);
}

function draw(data: NDData, at: number, colorStride: number, { color, isXor }: Overlay): void {
  const [red, green, blue] = color;
  const values = colorStride === 0 ? [green] : [red, green, blue];
  values.forEach((value, index) => {
    drawValue(data, at + index * colorStride, value, isXor);
  });
}

function drawValue(data: NDData, at: number, value: number, isXor: boolean): void {
  if (isBigData(data)) data[at] = isXor ? (data[at] ?? 0n) ^ BigInt(value) : BigInt(value);
  else data[at] = isXor ? (data[at] ?? 0) ^ value : value;
}

const SHAPES: Readonly<Record<Overlay["shape"], (overlay: Overlay) => Iterable<Point>>> = {
  Cross: crossPoints,
  Rectangle: rectanglePoints,
  Ellipse: ellipsePoints,
  Text: textPoints,
};

const half = (size: number): number => Math.trunc(size / 2);

function* row(y: number, first: number, last: number): Iterable<Point> {
  for (let x = first; x <= last; x++) yield [x, y];
}

function* crossPoints({ x, y, sizeX, sizeY, widthX, widthY }: Overlay): Iterable<Point> {
  const [centerX, centerY] = [x + half(sizeX), y + half(sizeY)];
  for (let line = centerY - half(sizeY); line <= centerY + half(sizeY); line++) {
    const isHorizontal = Math.abs(line - centerY) <= half(widthY);
    const reach = half(isHorizontal ? sizeX : widthX);
    yield* row(line, centerX - reach, centerX + reach);
  }
}

/** Thick lines grow towards the center. */
function* rectanglePoints({ x, y, sizeX, sizeY, widthX, widthY }: Overlay): Iterable<Point> {
  const [right, bottom] = [x + sizeX, y + sizeY];
  const [wide, high] = [Math.min(widthX, sizeX - 1), Math.min(widthY, sizeY - 1)];
  for (let line = y; line <= bottom; line++)
    if (line < y + high || line > bottom - high) yield* row(line, x, right);
    else {
      yield* row(line, x, x + wide - 1);
      yield* row(line, right - wide + 1, right);
    }
}

/** Each point once, or XOR would take it back. The width along y has no effect, as in NDPluginOverlay. */
function* ellipsePoints({ x, y, sizeX, sizeY, widthX }: Overlay): Iterable<Point> {
  const [radiusX, radiusY] = [half(sizeX), half(sizeY)];
  const [centerX, centerY] = [x + radiusX, y + radiusY];
  const steps = 2 * (radiusX + radiusY);
  const step = steps === 0 ? 0 : Math.PI / 2 / steps;
  const columns = new Map<number, Set<number>>();
  for (let index = 0, angle = 0; index <= steps; index++, angle += step)
    for (let inside = 0; inside < Math.min(widthX, sizeX - 1); inside++) {
      const dx = Math.trunc((radiusX - inside) * Math.cos(angle) + 0.5);
      const dy = Math.trunc((radiusY - inside) * Math.sin(angle) + 0.5);
      for (const column of [centerX + dx, centerX - dx]) {
        const lines = columns.get(column) ?? new Set();
        columns.set(column, lines.add(centerY + dy).add(centerY - dy));
      }
    }
  for (const [column, lines] of columns) for (const line of lines) yield [column, line];
}

/** Characters beyond the size are cut off. */
function* textPoints({ x, y, sizeX, sizeY, text, font: number }: Overlay): Iterable<Point> {
  const font = OVERLAY_FONTS[number];
  if (font === undefined) return;
  const height = Math.min(sizeY, font.height);
  for (let line = 0; line < height; line++)
    for (let column = 0; column < Math.min(sizeX, text.length * font.width); column++) {
      const character = text.charCodeAt(Math.floor(column / font.width));
      if (font.isSet(character, column % font.width, line)) yield [x + column, y + line];
    }
}
