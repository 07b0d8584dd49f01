export { type LoadedDatabase, type LoadOptions, loadDatabaseFile, loadSubstitutionsFile } from "./load.js";
export * from "./recordDefinition.js";
