/**
 * Two sets of sums of a plane: what comes goes to one, what leaves is taken from the other, and once that holds nothing it is cleared and
 * the two change roles. So rounding never adds up over more than a half turn. This counts what is in them.
 */
export class SumSets {
  #arriving: 0 | 1 = 0;
  #counts: [number, number] = [0, 0];

  copy(): SumSets {
    const copy = new SumSets();
    copy.#arriving = this.#arriving;
    copy.#counts = [...this.#counts];
    return copy;
  }

  /** Whether the set that has nothing left has to be cleared and takes what arrives, before a projection leaves `set`. */
  changesRoles(set: 0 | 1, weight: 1 | -1): boolean {
    return weight === -1 && set === this.#arriving && this.#counts[other(set)] === 0;
  }

  /** Has the sets change roles, and says which is to be cleared. */
  changeRoles(): 0 | 1 {
    this.#arriving = other(this.#arriving);
    return this.#arriving;
  }

  /** Counts a projection that comes, or leaves `set`, and says which set has it. */
  count(set: 0 | 1, weight: 1 | -1): 0 | 1 {
    const changed = weight === 1 ? this.#arriving : set;
    this.#counts[changed] += weight;
    return changed;
  }
}

const other = (set: 0 | 1): 0 | 1 => (set === 0 ? 1 : 0);
