#- A simulated 2-BM: camera SP1, motion controller ROT with its position output, shutters, and the detector plugins.
#- SIM_SIZE is the width and height of the images in pixels; SIM_SOURCE a Data Exchange file to replay, phantom,
#- precomputed (a phantom at rest, at any frame rate) or pattern (for checking pixels).
#- SIM_BEAM names PVs that are 1 while there is beam, where shutters, optics and ring are in another IOC as ioc2bmSim; then
#- SIM_SURROUNDINGS is "#", which leaves them out here.
simBeamlineConfigure("SP1", "ROT", "PSO_PORT", "$(SIM_SIZE=256)", "$(SIM_SOURCE=phantom)", "$(SIM_BEAM=)")

dbLoadRecords("stage.yaml", "PORT=ROT")
dbLoadRecords("motorUtil.db", "P=2bmb:")
$(SIM_SURROUNDINGS=)dbLoadRecords("surroundings.yaml", "SHUTTER_PORT=SHUTTERS,RING_PORT=RING")
dbLoadRecords("simCamera.yaml", "P=2bmSP1:,R=cam1:,PORT=SP1")

NDFileHDF5Configure("HDF1", 500, 0, "SP1", 0)
dbLoadRecords("NDFileHDF5.yaml", "P=2bmSP1:,R=HDF1:,PORT=HDF1,NDARRAY_PORT=SP1")

NDROIConfigure("ROI1", 100, 0, "SP1", 0)
NDCircularBuffConfigure("CB1", 100, 0, "SP1", 0, 20000)
NDPvaConfigure("PVA1", 100, 0, "ROI1", 0, "2bmSP1:Pva1:Image")

#- Scripts of 2-BM-B name the plugins by both prefixes, those of the camera and those of the other camera.
NDPvaConfigure("PVA2", 100, 0, "ROI1", 0, "2bmSP2:Pva1:Image")
dbLoadRecords("NDROI.yaml", "P=2bmSP1:,R=ROI1:,PORT=ROI1,NDARRAY_PORT=SP1")
dbLoadRecords("NDROI.yaml", "P=2bmSP2:,R=ROI1:,PORT=ROI1,NDARRAY_PORT=SP1")
dbLoadRecords("NDCircularBuff.yaml", "P=2bmSP1:,R=CB1:,PORT=CB1,NDARRAY_PORT=SP1")
dbLoadRecords("NDCircularBuff.yaml", "P=2bmSP2:,R=CB1:,PORT=CB1,NDARRAY_PORT=SP1")
dbLoadRecords("NDPva.yaml", "P=2bmSP1:,R=Pva1:,PORT=PVA1,NDARRAY_PORT=ROI1")
dbLoadRecords("NDPva.yaml", "P=2bmSP2:,R=Pva1:,PORT=PVA2,NDARRAY_PORT=ROI1")

#- The fly scan server shows what leaves the overlay plugin.
NDOverlayConfigure("OVER1", 100, 0, "SP1", 0, 8)

#- The other camera of the microscope, chosen with CameraSelect of mctOptics; SIM_CAMERA2 "#" leaves it out.
$(SIM_CAMERA2=)simCameraConfigure("SP2", "$(SIM_SIZE=256)", "$(SIM_SOURCE=phantom)")
$(SIM_CAMERA2=)dbLoadRecords("simCamera.yaml", "P=2bmSP2:,R=cam1:,PORT=SP2")
$(SIM_CAMERA2=)NDFileHDF5Configure("HDF2", 500, 0, "SP2", 0)
$(SIM_CAMERA2=)dbLoadRecords("NDFileHDF5.yaml", "P=2bmSP2:,R=HDF1:,PORT=HDF2,NDARRAY_PORT=SP2")
