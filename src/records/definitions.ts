import { type BreakPoint, breakPoints, type Definition } from "../database/definitions.js";
import type { DatabaseVariables } from "../database/recordDefinition.js";
import type { Menu } from "./menu.js";

/** What definitions change besides menus and breakpoint tables. */
export interface DefinitionStore {
  hasRecordType(name: string): boolean;
  addDeviceChoice(recordType: string, choice: string): void;
}

/** The menus that a .dbd file may define anew: those that sites extend. */
const OPEN_MENUS = new Set(["menuScan", "menuConvert"]);

/**
 * What the .dbd files of an IOC add to what is built in: breakpoint tables, and the choices of menuScan and
 * menuConvert. As in EPICS Base the first definition of a name counts.
 */
export class Definitions {
  readonly #menus = new Map<string, readonly string[]>();
  readonly #breakTables = new Map<string, readonly BreakPoint[]>();

  choicesOf(menu: Menu): readonly string[] {
    return this.#menus.get(menu.menuName) ?? menu.choices;
  }

  breakTable(name: string): readonly BreakPoint[] | undefined {
    return this.#breakTables.get(name);
  }

  /** Names in alphabetical order. */
  breakTables(): readonly string[] {
    return [...this.#breakTables.keys()].sort();
  }

  /** Takes a definition; what is wrong with it, or undefined. */
  add(definition: Definition, store: DefinitionStore, variables: DatabaseVariables): string | undefined {
    switch (definition.kind) {
      case "menu":
        if (OPEN_MENUS.has(definition.name) && !this.#menus.has(definition.name))
          this.#menus.set(definition.name, definition.choices);
        return undefined;
      case "device":
        if (!store.hasRecordType(definition.recordType))
          return `device "${definition.choice}": unknown record type "${definition.recordType}"`;
        store.addDeviceChoice(definition.recordType, definition.choice);
        return undefined;
      case "breaktable": {
        if (this.#breakTables.has(definition.name)) return undefined;
        const points = breakPoints(definition.values, Boolean(variables.dbBptNotMonotonic));
        if (!points.ok) return `${definition.name}: ${points.error}`;
        this.#breakTables.set(definition.name, points.value);
        return undefined;
      }
      default:
        return undefined;
    }
  }
}
