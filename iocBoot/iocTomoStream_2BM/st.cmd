# The reconstruction of 2-BM. It follows the scan server 2bmb:TomoScanStream: and the images of the camera IOC.
< envPaths

epicsEnvSet("P", "2bmb:")
epicsEnvSet("R", "TomoStream:")

dbLoadDatabase("../../dbd/tomoStreamApp.dbd")
tomoStreamApp_registerRecordDeviceDriver(pdbbase)

dbLoadTemplate("tomoStream.substitutions")

< save_restore.cmd
save_restoreSet_status_prefix($(P)$(R))
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=$(P)$(R)")

iocInit

create_monitor_set("auto_settings.req", 30, "P=$(P),R=$(R)")
