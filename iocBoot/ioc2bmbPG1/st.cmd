# The camera IOC of 2-BM-B, simulated: camera, plugins, stages, shutters, and the motion controller on TCP.
< envPaths

< beamline.cmd

#- The Aerotech controller, for the drvAsynIPPortConfigure of scan IOCs; on other hosts they reach it where PSO_TCP_ADDRESS is 0.0.0.0
simAerotechServe($(PSO_TCP_PORT=8001), "$(PSO_TCP_ADDRESS=127.0.0.1)")

< save_restore.cmd
save_restoreSet_status_prefix(2bmSP1:)
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=2bmSP1:")

iocInit

< after_init.cmd

create_monitor_set("auto_settings.req", 30, "P=2bmSP1:,R=cam1:")
