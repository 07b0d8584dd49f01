/** Views of the newest half turn, in the order of their angles and no two in one direction: the later ones count. */
export function newestHalfTurn(degrees: ArrayLike<number>): number[] {
  const count = degrees.length;
  const at = (view: number): number => degrees[view] ?? 0;
  const sorted = Array.from({ length: count }, (_, view) => view).sort((a, b) => at(a) - at(b) || a - b);
  const step = typicalStep(sorted.map(at));
  const distinct: number[] = [];
  for (const view of sorted) {
    const before = distinct.at(-1);
    if (before === undefined || at(view) - at(before) > step / 2) distinct.push(view);
    else if (view > before) distinct[distinct.length - 1] = view;
  }
  const newest = at(count - 1);
  const lowest = at(distinct[0] ?? 0);
  const highest = at(distinct.at(-1) ?? 0);
  // A scan that runs backwards has its newest views at its lowest angles.
  const end = newest - lowest < highest - newest ? Math.min(lowest + 180, highest + step) : highest + step;
  const slack = step / 4;
  return distinct.filter((view) => at(view) > end - 180 - slack && at(view) < end - slack);
}

/** Median distance of sorted angles that differ. */
function typicalStep(sorted: readonly number[]): number {
  const steps = sorted.slice(1).map((angle, i) => angle - (sorted[i] ?? 0));
  const moved = steps.filter((step) => step > 1e-6).sort((a, b) => a - b);
  return moved[moved.length >> 1] ?? 180;
}
