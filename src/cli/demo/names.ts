/** PV prefixes that iocBoot/iocDemo serves, those of 2-BM-B. */
export const TOMO_SCAN = "2bmb:TomoScanStream:";
export const TOMO_STREAM = "2bmb:TomoStream:";
export const CAMERA_PORT = "SP1";
export const CAMERA = "2bmSP1:cam1:";
export const FILE_PLUGIN = "2bmSP1:HDF1:";
export const PLUGINS = ["2bmSP1:HDF1:", "2bmSP2:Pva1:", "2bmSP2:ROI1:", "2bmSP2:CB1:"] as const;
export const IMAGE = "2bmSP2:Pva1:Image";
export const RECON = "2bmb:TomoStream:StreamRecon";
