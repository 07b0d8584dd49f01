import { ARGUMENT_NAMES } from "../calc/index.js";
import {
  type AccessConfiguration,
  type AccessGroup,
  type AccessLevel,
  type AccessRule,
  DEFAULT_GROUP,
} from "./accessConfiguration.js";

/** What a client may do, and whether its writes are to be told to those who log them. */
export interface AccessDecision {
  readonly access: AccessLevel;
  readonly trapWrite: boolean;
}

/** Who asks for what: the access security level is the field's. */
export interface AccessRequest {
  readonly level: number;
  /** Names that the client goes by: its user, and for pvAccess its roles. */
  readonly users: readonly string[];
  readonly host: string;
}

const STRENGTH: Readonly<Record<AccessLevel, number>> = { NONE: 0, READ: 1, WRITE: 2 };

/** The rules of an access security file with the present values of their inputs. */
export class AccessPolicy {
  readonly groups: ReadonlyMap<string, PolicyGroup>;
  readonly #default: PolicyGroup;

  constructor(readonly configuration: AccessConfiguration) {
    const groups = [...configuration.groups].map(
      ([name, group]) => [name, new PolicyGroup(group, configuration)] as const,
    );
    this.groups = new Map(groups);
    this.#default =
      this.groups.get(DEFAULT_GROUP) ??
      new PolicyGroup({ name: DEFAULT_GROUP, inputs: [], rules: [] }, configuration);
  }

  /** The group for a record with this ASG field. */
  groupFor(asg: string): PolicyGroup {
    return this.groups.get(asg) ?? this.#default;
  }
}

/** One ASG at work. */
export class PolicyGroup {
  /** The last good values of INPA to INPU. */
  readonly values = new Float64Array(ARGUMENT_NAMES.length);
  #bad = 0;
  #changed = 0;
  readonly #calcResults = new Map<AccessRule, boolean>();
  readonly #userGroups: AccessConfiguration["userGroups"];
  readonly #hostGroups: AccessConfiguration["hostGroups"];

  constructor(
    readonly group: AccessGroup,
    { userGroups, hostGroups }: Pick<AccessConfiguration, "userGroups" | "hostGroups">,
  ) {
    this.#userGroups = userGroups;
    this.#hostGroups = hostGroups;
  }

  isInputBad(index: number): boolean {
    return (this.#bad & (1 << index)) !== 0;
  }

  calcResult(rule: AccessRule): boolean {
    return this.#calcResults.get(rule) ?? false;
  }

  /** A new value of an input, or undefined when it has no good one. `compute` makes it count. */
  setInput(index: number, value: number | undefined): void {
    const bit = 1 << index;
    if (value === undefined) this.#bad |= bit;
    else {
      this.#bad &= ~bit;
      this.values[index] = value;
    }
    this.#changed |= bit;
  }

  /** Evaluates CALC where an input that it uses has changed: one without inputs never comes true, as in EPICS Base. */
  compute(): void {
    for (const rule of this.group.rules) {
      const program = rule.calc?.program;
      if (program === undefined || (program.inputs & this.#changed) === 0) continue;
      const result = program.evaluate(this.values, this.calcResult(rule) ? 1 : 0);
      this.#calcResults.set(rule, result.ok && result.value > 0.99 && result.value < 1.01);
    }
    this.#changed = 0;
  }

  /** The strongest access that a rule gives; without a rule that holds there is none, not even to read. */
  decide(request: AccessRequest): AccessDecision {
    let decision: AccessDecision = { access: "NONE", trapWrite: false };
    for (const rule of this.group.rules) {
      if (STRENGTH[rule.access] <= STRENGTH[decision.access]) continue;
      if (this.#holds(rule, request)) decision = rule;
    }
    return decision;
  }

  #holds(rule: AccessRule, { level, users, host }: AccessRequest): boolean {
    if (rule.ignored || level > rule.level) return false;
    const isMember = (groups: AccessConfiguration["userGroups"], names: readonly string[], who: string) =>
      names.length === 0 || names.some((name) => groups.get(name)?.includes(who) === true);
    return (
      users.some((user) => isMember(this.#userGroups, rule.userGroups, user)) &&
      isMember(this.#hostGroups, rule.hostGroups, host.toLowerCase()) &&
      this.#calcHolds(rule)
    );
  }

  #calcHolds(rule: AccessRule): boolean {
    if (rule.calc === undefined) return true;
    return (rule.calc.program.inputs & this.#bad) === 0 && this.calcResult(rule);
  }
}
