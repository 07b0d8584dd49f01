import { z } from "zod";
import { failed, ok, type Result } from "../../libcom/result.js";
import { type BadPixel, placeOf } from "./badPixels.js";

const pair = z.tuple([z.int(), z.int()]);

const schema = z.object({
  "Bad pixels": z.array(
    z.object({
      Pixel: pair,
      Median: pair.optional(),
      Set: z.number().optional(),
      Replace: pair.optional(),
    }),
  ),
});

type Entry = z.infer<typeof schema>["Bad pixels"][number];

function badPixelOf({ Pixel: [x, y], Median, Set: value, Replace }: Entry): BadPixel | undefined {
  if (Replace !== undefined) return { x, y, mode: "replace", dx: Replace[0], dy: Replace[1] };
  if (value !== undefined) return { x, y, mode: "set", value };
  if (Median !== undefined) return { x, y, mode: "median", halfX: Median[0], halfY: Median[1] };
  return undefined;
}

/**
 * NDPluginBadPixel's list, `{"Bad pixels": [{"Pixel": [x, y], "Median": [1, 1]}, ...]}` with `Median`, `Set` or `Replace`. Of two
 * entries for one pixel the first counts.
 */
export function parseBadPixels(text: string): Result<readonly BadPixel[]> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return failed(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    return failed(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  const pixels = new Map<string, BadPixel>();
  for (const entry of parsed.data["Bad pixels"]) {
    const pixel = badPixelOf(entry);
    if (pixel === undefined)
      return failed(`pixel [${entry.Pixel.join(", ")}] has none of Median, Set and Replace`);
    if (!pixels.has(placeOf(pixel))) pixels.set(placeOf(pixel), pixel);
  }
  return ok([...pixels.values()]);
}
