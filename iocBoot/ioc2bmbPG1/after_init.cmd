#- After iocInit: images flow, captured files are numbered, and folders are made as they are needed, five levels at most.
dbpf 2bmSP1:Pva1:EnableCallbacks 1
dbpf 2bmSP2:Pva1:EnableCallbacks 1
dbpf 2bmSP1:ROI1:EnableCallbacks 1
dbpf 2bmSP1:HDF1:FileTemplate "%s%s_%3.3d.h5"
dbpf 2bmSP1:HDF1:CreateDirectory -5
$(SIM_CAMERA2=)dbpf 2bmSP2:HDF1:FileTemplate "%s%s_%3.3d.h5"
$(SIM_CAMERA2=)dbpf 2bmSP2:HDF1:CreateDirectory -5
$(SIM_CAMERA2=)dbpf 2bmSP2:HDF1:XMLFileName "TomoScanLayout.xml"
$(SIM_CAMERA2=)dbpf 2bmSP2:cam1:NDAttributesMacros "DET=2bmSP2:,TS=2bmb:TomoScanStream:"
$(SIM_CAMERA2=)dbpf 2bmSP2:cam1:NDAttributesFile "TomoScanDetectorAttributes.xml"

#- One button stops all motors: 2bmb:allstop
motorUtilInit("2bmb:")
