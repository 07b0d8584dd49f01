import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Module } from "h5wasm/node";

/** Where in a chunk a stand-in finds how many bytes it is to have in the file. */
export const CHUNK_BYTES_PLACE = 12;

const VALUE = 0x7f;
const FUNCTION = 0x60;
const FUNCTIONS = 0x70;
const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;
const Op = {
  end: 0x0b,
  localGet: 0x20,
  globalGet: 0x23,
  load: 0x28,
  store: 0x36,
  constant: 0x41,
  add: 0x6a,
} as const;
const WORD_ALIGNED = 2;

/** The library's H5Z_class2_t: version, number, both directions are there, name, two callbacks that are not, the filter. */
const CLASS_BYTES = 32;
const NAME_PLACE = 16;
const FILTER_PLACE = 28;
/** Of the filter's arguments. */
const CHUNK_POINTER = 5;

/** A number as WebAssembly writes it. */
const number = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)];
const sized = (bytes: readonly number[]): number[] => [...number(bytes.length), ...bytes];
const text = (value: string): number[] => sized([...Buffer.from(value)]);
const list = (...items: readonly (readonly number[])[]): number[] => [
  ...number(items.length),
  ...items.flat(),
];
const section = (id: number, content: readonly number[]): number[] => [id, ...sized(content)];
const code = (...instructions: readonly (readonly number[])[]): number[] =>
  sized([0, ...instructions.flat(), Op.end]);

const memoryBase = [Op.globalGet, 0];
const tableBase = [Op.globalGet, 1];
const load = (offset: number) => [Op.load, WORD_ALIGNED, offset];
const store = (offset: number) => [Op.store, WORD_ALIGNED, offset];
const fromEnvironment = (name: string, type: readonly number[]) => [...text("env"), ...text(name), ...type];

/**
 * A filter plugin of the HDF5 library, a module for Emscripten's `dlopen`, under the number of a real filter. It leaves a chunk as it
 * is and answers with the size that is written in it.
 */
export function standInModule(id: number, name: string): Uint8Array {
  const words = new Uint32Array([1, id, 1, 1, 0, 0, 0, 0]);
  const memory = [...new Uint8Array(words.buffer), ...Buffer.from(`${name}\0`)];
  const dynamicLinking = [...text("dylink.0"), ...section(1, [...number(memory.length), WORD_ALIGNED, 1, 0])];
  const types = list([FUNCTION, 0, 1, VALUE], [FUNCTION, ...list(...Array(6).fill([VALUE])), 1, VALUE]);
  const imports = list(
    fromEnvironment("memory", [Kind.memory, 0, 0]),
    fromEnvironment("__indirect_function_table", [Kind.table, FUNCTIONS, 0, 0]),
    fromEnvironment("__memory_base", [Kind.global, VALUE, 0]),
    fromEnvironment("__table_base", [Kind.global, VALUE, 0]),
  );
  const exports = list(
    [...text("H5PLget_plugin_type"), Kind.function, 0],
    [...text("H5PLget_plugin_info"), Kind.function, 1],
  );
  const isFilter = code([Op.constant, 0]);
  const nameAddress = [...memoryBase, Op.constant, CLASS_BYTES, Op.add];
  const itsClass = code(
    [...memoryBase, ...tableBase, ...store(FILTER_PLACE)],
    [...memoryBase, ...nameAddress, ...store(NAME_PLACE)],
    memoryBase,
  );
  const filter = code([Op.localGet, CHUNK_POINTER, ...load(0), ...load(CHUNK_BYTES_PLACE)]);
  return Uint8Array.from([
    ...Buffer.from("\0asm\x01\0\0\0", "latin1"),
    ...section(0, dynamicLinking),
    ...section(1, types),
    ...section(2, imports),
    ...section(3, list([0], [0], [1])),
    ...section(7, exports),
    ...section(9, list([0, ...tableBase, Op.end, ...list([2])])),
    ...section(10, list(isFilter, itsClass, filter)),
    ...section(11, list([0, ...memoryBase, Op.end, ...sized(memory)])),
  ]);
}

/**
 * Lets `work` make datasets with a filter for which a stand-in takes the place of the real one, for good and for all files of this thread.
 * The real one must not have been used before.
 */
export function withStandIn<T>(id: number, name: string, work: () => T): T {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-filter-"));
  writeFileSync(join(directory, "libH5ZstandIn.so"), standInModule(id, name));
  Module.insert_plugin_search_path(directory, 0);
  try {
    return work();
  } finally {
    Module.remove_plugin_search_path(0);
    rmSync(directory, { recursive: true });
  }
}
