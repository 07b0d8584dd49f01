export {
  type LoadedDatabase,
  type LoadOptions,
  loadDatabaseFile,
  loadSubstitutionsFile,
  type ReadReport,
  readDatabaseFile,
  readDefinitionsFile,
  readSubstitutionsFile,
} from "./load.js";
export * from "./recordDefinition.js";
