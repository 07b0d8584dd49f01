import { escapeText } from "../../../../src/libcom/escape.js";
import type { FieldSpec } from "../../../../src/records/fieldSpec.js";
import type { RecordType } from "../../../../src/records/recordType.js";
import type { Step } from "../reference.js";
import type { Random } from "./random.js";
import { initialText, randomValue } from "./values.js";

/** What depends on time or goes on by itself is left to other tests. */
const TIMED = /^(SCAN|SSCN|SDLY|ODLY|DLY\w|SDEL|AFTC|TSE|EVNT|PRIO|TPRO|BKPT)$/;

/** What is seen differently at every look. */
const UNSEEN = /^(TIME|UTAG)$/;

const isTimed = (type: string, field: string): boolean =>
  TIMED.test(field) || (type === "bo" && field === "HIGH");

/** Links that EPICS Base 7.0.10 refuses to change, by mistake. */
const isStuck = (type: string, field: string): boolean => type === "calc" && /^INP[M-U]$/.test(field);

/** Sizes and types, which only a database can set. */
const CONFIGURATION: Readonly<Record<string, (random: Random) => string>> = {
  NELM: (random) => String(random.integer(1, 7)),
  MALM: (random) => String(random.integer(1, 7)),
  NSAM: (random) => String(random.integer(1, 5)),
  FTVL: (random) =>
    random.pick([
      "DOUBLE",
      "LONG",
      "STRING",
      "UCHAR",
      "CHAR",
      "SHORT",
      "FLOAT",
      "INT64",
      "ULONG",
      "USHORT",
      "UINT64",
      "ENUM",
    ]),
  SIZV: (random) => String(random.integer(10, 60)),
  NOBT: (random) => String(random.integer(0, 16)),
};

interface PlannedRecord {
  readonly name: string;
  readonly type: RecordType;
  /** Fields that clients see. */
  readonly visible: readonly string[];
  /** Fields that may be put. */
  readonly writable: readonly string[];
}

function planRecord(name: string, type: RecordType): PlannedRecord {
  const visible = type.fieldNames.filter((field) => {
    const spec = type.fields[field];
    return (
      spec !== undefined && (spec.dbf !== "NOACCESS" || spec.special === "dbaddr") && !UNSEEN.test(field)
    );
  });
  const writable = visible.filter(
    (field) =>
      type.fields[field]?.special !== "nomod" &&
      field !== "DTYP" &&
      !isTimed(type.name, field) &&
      !isStuck(type.name, field),
  );
  return { name, type, visible, writable };
}

const hasValue = ({ type }: PlannedRecord): boolean => type.fields["VAL"] !== undefined;

/** A database with every record type, linked at random, and what is put to it. */
export class RandomDatabase {
  readonly #records: readonly PlannedRecord[];

  constructor(
    private readonly random: Random,
    types: readonly RecordType[],
  ) {
    const more = random.list(8, () => random.pick(types));
    this.#records = [...types, ...more].map((type, index) => planRecord(`${type.name}${index}`, type));
  }

  /** Every field whose change is to be noticed. */
  get watched(): string[] {
    return this.#records.flatMap(({ name, visible }) => visible.map((field) => `${name}.${field}`));
  }

  get text(): string {
    return [...this.#records.map((record) => this.#define(record)), 'record(state, "IDLE") {}'].join("\n");
  }

  #define({ name, type }: PlannedRecord): string {
    const fields = type.fieldNames.flatMap((field) => {
      const spec = type.fields[field];
      const text = spec && this.#initial(type, field, spec);
      return text === undefined ? [] : [`  field(${field}, "${escapeText(text)}")`];
    });
    return `record(${type.name}, "${name}") {\n${fields.join("\n")}\n}`;
  }

  #initial(type: RecordType, field: string, spec: FieldSpec): string | undefined {
    const { random } = this;
    const configure = CONFIGURATION[field];
    if (configure !== undefined && (field !== "FTVL" || spec.menu !== undefined)) return configure(random);
    if (type.name === "aSub") {
      if (/^FT(A|VA)$/.test(field)) return "DOUBLE";
      if (/^NO(A|VA)$/.test(field)) return "3";
      if (/^FTV?[B-U]$/.test(field)) return CONFIGURATION["FTVL"]?.(random);
      if (/^NOV?[B-U]$/.test(field)) return String(random.integer(1, 3));
    }
    if (field === "SNAM") return random.pick([type.name === "sub" ? "add" : "double", ""]);
    if (field === "DTYP")
      return type.behaviour.device?.raw !== undefined && random.chance(0.4) ? "Raw Soft Channel" : undefined;
    if (field === "INAM" || spec.special === "nomod" || isTimed(type.name, field)) return undefined;
    // Callbacks of records that are processed at iocInit run beside it, in no order that can be told.
    if (field === "PINI") return undefined;
    if (field === "DISP" || field === "DISA" || field === "SIMM")
      return random.chance(0.05) ? "1" : undefined;
    if (field === "SDIS" || field === "TSEL" || field === "SIML")
      return random.chance(0.08) ? this.#link(spec) : undefined;
    const probability = spec.dbf.endsWith("LINK") ? 0.4 : 0.2;
    return random.chance(probability) ? initialText(random, field, spec, () => this.#link(spec)) : undefined;
  }

  #link({ dbf }: FieldSpec): string {
    const { random } = this;
    const kind = random.unit();
    if (dbf === "FWDLINK") return kind < 0.9 ? random.pick(this.#records).name : "";
    if (kind < 0.7) return `${this.#target(dbf === "OUTLINK")}${this.#modifiers()}`;
    if (kind < 0.74) return "NO:SUCH:RECORD";
    if (dbf === "OUTLINK") return "";
    if (kind < 0.82)
      return random.pick(['{"const":2.5}', '{const:"text"}', "[1,2,3]", "{const:[4,5]}", '["a","b"]']);
    return random.pick(["", "0", "1", "3.5", "-2", "0x10", "1e2", "7"]);
  }

  #target(written: boolean): string {
    const { random } = this;
    const record = random.pick(this.#records);
    if (random.chance(0.6) && hasValue(record)) return record.name;
    if (written && random.chance(0.15)) return `${record.name}.PROC`;
    return `${record.name}.${random.pick(written ? record.writable : record.visible)}`;
  }

  #modifiers(): string {
    const { random } = this;
    return random.pick(["", " PP", " PP", " NPP"]) + random.pick(["", "", " MS", " MSI", " MSS", " NMS"]);
  }

  /** One thing that a client does, and what it led to. */
  action(): Step[] {
    const look: Step[] = [["idle"], ["changes"]];
    return [this.#act(), ...look];
  }

  #act(): Step {
    const { random } = this;
    const record = random.pick(this.#records);
    if (random.chance(0.15)) return ["process", record.name];
    const field = this.#fieldToPut(record);
    const spec = record.type.fields[field];
    if (spec === undefined) return ["process", record.name];
    if (field === "SNAM")
      return [
        "put",
        `${record.name}.SNAM`,
        record.type.name === "sub" ? "add" : random.pick(["double", "", "nosuch"]),
      ];
    const { type, elements } = randomValue(random, field, spec, () => this.#link(spec));
    return ["putAs", `${record.name}.${field}`, type, elements];
  }

  #fieldToPut(record: PlannedRecord): string {
    const { random } = this;
    if (random.chance(0.35) && hasValue(record)) return "VAL";
    if (random.chance(0.1)) return "PROC";
    return random.pick(
      random.chance(0.95)
        ? record.writable
        : record.visible.filter((field) => !isTimed(record.type.name, field)),
    );
  }
}
