import type { RecordTypeCatalog } from "../database/recordDefinition.js";
import type { Definitions } from "./definitions.js";
import type { DeviceSupport } from "./deviceSupport.js";
import { deviceChoicesOf } from "./devices/attach.js";
import type { RecordType } from "./recordType.js";
import { absentRecordTypes, recordTypes } from "./types/index.js";

/** The record types of an IOC, and the device supports that each of them can have. */
export class RecordTypeRegistry {
  readonly #types = new Map(recordTypes);
  readonly #supports: DeviceSupport[] = [];
  readonly #deviceChoices = new Map<string, string[]>();
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get types(): ReadonlyMap<string, RecordType> {
    return this.#types;
  }

  get supports(): readonly DeviceSupport[] {
    return this.#supports;
  }

  /** What loaders check databases against. */
  readonly catalog: RecordTypeCatalog = {
    fieldNames: (type) => this.#types.get(type)?.settable,
    menuChoices: (type, field) => {
      const menu = this.#types.get(type)?.fields[field]?.menu;
      return menu && this.#definitions.choicesOf(menu);
    },
    recordTypes: () => this.#types.keys(),
    whyAbsent: (type) => absentRecordTypes.get(type),
  };

  /** Throws when the name is taken. */
  add(type: RecordType): void {
    if (this.#types.has(type.name)) throw new Error(`record type "${type.name}" exists already`);
    this.#types.set(type.name, type);
  }

  addSupport(support: DeviceSupport): void {
    this.#supports.push(support);
    for (const type of support.recordTypes) this.addDeviceChoice(type, support.dtyp);
  }

  /** The texts that DTYP of a record type can have, in the order of their numbers. */
  deviceChoices(type: string): readonly string[] {
    return this.#choicesOf(type);
  }

  /** Makes a text a choice of DTYP, whether or not a device support stands behind it. */
  addDeviceChoice(type: string, dtyp: string): void {
    const choices = this.#choicesOf(type);
    if (!choices.includes(dtyp)) choices.push(dtyp);
  }

  #choicesOf(type: string): string[] {
    const known = this.#deviceChoices.get(type);
    if (known !== undefined) return known;
    const behaviour = this.#types.get(type)?.behaviour;
    const choices = deviceChoicesOf(type, behaviour?.device, behaviour?.ownDevice);
    this.#deviceChoices.set(type, choices);
    return choices;
  }
}
