# The whole beamline in one process: camera, stage and shutters, the tomoScan stream server, the reconstruction.
# npm run demo sets DEMO_DIRECTORY, where files go, DEMO_SIZE, the image size, and DEMO_REPLAY, a file to replay.
< envPaths

epicsEnvSet("SIM_SIZE", "$(DEMO_SIZE=256)")
epicsEnvSet("SIM_SOURCE", "$(DEMO_REPLAY=phantom)")
< ../ioc2bmbPG1/beamline.cmd

#- A simulated fast shutter needs no two seconds
epicsEnvSet("TOMOSCAN_FAST_SHUTTER_SECONDS", "0.1")
dbLoadTemplate("../iocTomoScanStream_2BMB/tomoScanStream.substitutions")
dbLoadTemplate("../iocTomoStream_2BM/tomoStream.substitutions")
dbLoadRecords("$(TOP)/db/captureTrigger.yaml", "P=2bmb:,R=TomoScanStream:")
#- One file or two for each capture
dbLoadRecords("$(TOP)/db/tomoScanStreamFiles.yaml", "P=2bmb:,R=TomoScanStream:")
dbLoadRecords("defaults.db", "DEMO_DIRECTORY=$(DEMO_DIRECTORY=.),DEMO_MIDDLE=$(DEMO_MIDDLE=128)")

save_restoreSet_IncompleteSetsOk(1)
save_restoreSet_NumSeqFiles(3)
save_restoreSet_SeqPeriodInSeconds(300)
set_savefile_path("$(DEMO_DIRECTORY=.)", "autosave")
set_pass0_restoreFile("auto_settings.sav")
set_pass1_restoreFile("auto_settings.sav")
set_requestfile_path("../iocTomoScanStream_2BMB", "")
set_requestfile_path($(TOP), "db")
save_restoreSet_status_prefix(2bmb:)
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=2bmb:")

iocInit

create_monitor_set("auto_settings.req", 30, "P=2bmb:,R=TomoScanStream:")
< ../ioc2bmbPG1/after_init.cmd
dbpf 2bmb:TomoScanStream:FileName sample
