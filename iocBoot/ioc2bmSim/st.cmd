# What is around camera and stages at 2-BM, simulated: shutters, storage ring, energy, and the optics with their server. For a
# beamline in several processes: ioc2bmbPG1 has all of this itself unless it is told that it is here.
< envPaths

simFrontEndConfigure("SHUTTERS", "RING")
dbLoadRecords("surroundings.yaml", "SHUTTER_PORT=SHUTTERS,RING_PORT=RING")

< save_restore.cmd
save_restoreSet_status_prefix(2bm:)
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=2bm:")

iocInit

create_monitor_set("auto_settings.req", 30, "P=2bm:,R=MCTOptics:")
