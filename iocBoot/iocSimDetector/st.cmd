# areaDetector's simulation detector with the usual plugins. SIM_PREFIX, SIM_XSIZE and SIM_YSIZE of the environment are read.
< envPaths

epicsEnvSet("PREFIX", "$(SIM_PREFIX=13SIM1:)")
epicsEnvSet("PORT",   "SIM1")
epicsEnvSet("QSIZE",  "20")
epicsEnvSet("XSIZE",  "$(SIM_XSIZE=1024)")
epicsEnvSet("YSIZE",  "$(SIM_YSIZE=1024)")
epicsEnvSet("NCHANS", "2048")
epicsEnvSet("CBUFFS", "500")

#- 1: unsigned bytes
simDetectorConfig("$(PORT)", $(XSIZE), $(YSIZE), 1, 0, 0)
dbLoadRecords("simDetector.template", "P=$(PREFIX),R=cam1:,PORT=$(PORT),ADDR=0,TIMEOUT=1")

NDStdArraysConfigure("Image1", $(QSIZE), 0, "$(PORT)", 0, 0)
dbLoadRecords("NDStdArrays.template", "P=$(PREFIX),R=image1:,PORT=Image1,ADDR=0,TIMEOUT=1,NDARRAY_PORT=$(PORT),TYPE=Int8,FTVL=UCHAR,NELEMENTS=3145728")

< commonPlugins.cmd

iocInit

create_monitor_set("auto_settings.req", 30, "P=$(PREFIX)")
