export {
  type LoadedDatabase,
  type LoadOptions,
  loadDatabaseFile,
  loadDefinitionsFile,
  loadSubstitutionsFile,
} from "./load.js";
export * from "./recordDefinition.js";
