# The tomoScan stream server of 2-BM-B. Camera, stage and shutters are other IOCs: ioc2bmbPG1, or the beamline's own.
< envPaths

epicsEnvSet("P", "2bmb:")
epicsEnvSet("R", "TomoScanStream:")

dbLoadDatabase("../../dbd/tomoScanApp.dbd")
tomoScanApp_registerRecordDeviceDriver(pdbbase)

# The Aerotech controller that turns encoder positions into camera triggers; ioc2bmbPG1 simulates one
drvAsynIPPortConfigure("PSO_PORT", "$(PSO_ADDRESS=127.0.0.1:8001)", 0, 0, 0)
asynOctetSetInputEos(PSO_PORT, 0, "\n")
asynOctetSetOutputEos(PSO_PORT, 0, "\n")
asynSetTraceIOMask(PSO_PORT, 0, ESCAPE)
asynSetTraceMask(PSO_PORT, 0, DRIVER|ERROR)

dbLoadTemplate("tomoScanStream.substitutions")
#- Captures that begin by themselves
dbLoadRecords("$(TOP)/db/captureTrigger.yaml", "P=$(P),R=$(R)")
#- One file or two for each capture
dbLoadRecords("$(TOP)/db/tomoScanStreamFiles.yaml", "P=$(P),R=$(R)")

< save_restore.cmd
save_restoreSet_status_prefix($(P))
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=$(P)")

iocInit

create_monitor_set("auto_settings.req", 30, "P=$(P),R=$(R)")
