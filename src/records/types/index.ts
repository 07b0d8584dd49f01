import type { RecordType } from "../recordType.js";
import { longout } from "./longout.js";

/** Every record type that databases can use. */
const all: readonly RecordType[] = [longout];

export const recordTypes: ReadonlyMap<string, RecordType> = new Map(all.map((type) => [type.name, type]));
