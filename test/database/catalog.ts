import type { RecordTypeCatalog } from "../../src/database/recordDefinition.js";

const SCAN = ["Passive", "Event", "I/O Intr", "10 second", "5 second", "2 second", "1 second"];

/** Two record types with a few fields each. */
export const catalog: RecordTypeCatalog = {
  recordTypes: () => ["longout", "mbbo"],
  fieldNames: (type) =>
    type === "longout" || type === "mbbo"
      ? new Set(["VAL", "LOPR", "HOPR", "SCAN", "ZRST", "ZRVL"])
      : undefined,
  menuChoices: (_, field) => (field === "SCAN" ? SCAN : undefined),
};
