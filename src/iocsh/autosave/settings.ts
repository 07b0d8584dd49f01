/** What the save_restoreSet_xxx commands set; names and defaults are autosave's. */
export interface AutosaveSettings {
  incompleteSetsOk: boolean;
  datedBackupFiles: boolean;
  sequenceFiles: number;
  sequencePeriodSeconds: number;
  filePermissions: number;
  useStatusRecords: boolean;
  /** Minutes between dated copies of the save files; 0 for none. */
  datedBackupMinutes: number;
  /** A file that could not be written is tried again after this time. */
  retrySeconds: number;
  /** Monitored sets are saved this often even when nothing changed; negative for never. */
  forcedSaveSeconds: number;
  debugLevel: number;
}

export const defaultSettings = (): AutosaveSettings => ({
  incompleteSetsOk: true,
  datedBackupFiles: true,
  sequenceFiles: 3,
  sequencePeriodSeconds: 60,
  filePermissions: 0o664,
  useStatusRecords: true,
  datedBackupMinutes: 0,
  retrySeconds: 60,
  forcedSaveSeconds: -1,
  debugLevel: 0,
});
