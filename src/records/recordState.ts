/** What a record type keeps of each of its records besides the fields; made when it is first asked for. */
export function recordState<R extends object, S extends object>(fresh: (record: R) => S): (record: R) => S {
  const states = new WeakMap<R, S>();
  return (record) => {
    const known = states.get(record);
    if (known !== undefined) return known;
    const state = fresh(record);
    states.set(record, state);
    return state;
  };
}
