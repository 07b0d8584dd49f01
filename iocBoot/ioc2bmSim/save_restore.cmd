#- Settings are kept in autosave/ and come back at the next boot.
save_restoreSet_Debug(0)
save_restoreSet_IncompleteSetsOk(1)
save_restoreSet_DatedBackupFiles(1)

#- Three copies, five minutes apart, besides the save file and its backup
save_restoreSet_NumSeqFiles(3)
save_restoreSet_SeqPeriodInSeconds(300)

set_savefile_path(".", "autosave")
set_pass0_restoreFile("auto_settings.sav")
set_pass1_restoreFile("auto_settings.sav")

#- Request files: here first, then those of the package
set_requestfile_path(".", "")
set_requestfile_path(".", "autosave")
set_requestfile_path($(TOP), "db")
