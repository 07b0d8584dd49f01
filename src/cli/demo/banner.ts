import type { Ioc } from "../../ioc/ioc.js";
import { CAMERA, FILE_PLUGIN, IMAGE, RECON, TOMO_SCAN, TOMO_STREAM } from "./names.js";
import type { DemoOptions } from "./options.js";

const source = ({ replay, size }: DemoOptions): string =>
  replay === undefined ? `an analytic phantom, ${size} x ${size} pixels` : `replay of ${replay}`;

const port = (number: number | undefined): string =>
  number === undefined ? "not served" : `TCP port ${number}`;

/** What is served, where files go, and what to try next. */
export const banner = (ioc: Ioc, options: DemoOptions): string => `
tomoioc is running: a simulated 2-BM in one process
  sample    ${source(options)}
  scan      ${TOMO_SCAN}       recon     ${TOMO_STREAM}
  camera    ${CAMERA}              files     ${FILE_PLUGIN}
  images    ${IMAGE} and ${RECON} (pvAccess)
  captured  ${options.directory}
  servers   Channel Access ${port(ioc.caServer?.tcpPort)}, pvAccess ${port(ioc.pvaServer?.port)}

Try in a second terminal:
  bin/camonitor -S ${TOMO_SCAN}ScanStatus ${TOMO_SCAN}StreamMessage
  bin/caput ${TOMO_SCAN}StartScan 1
  bin/caput -c -w 60 ${TOMO_SCAN}StreamRetakeFlat 1
  bin/caput ${TOMO_STREAM}StartRecon 1
  bin/caput ${TOMO_STREAM}OrthoZ 100
  bin/caput -c -w 60 ${TOMO_SCAN}StreamCapture 1
  bin/pvmonitor -r "field(uniqueId,dimension)" ${RECON}
  bin/caput ${TOMO_SCAN}AbortScan 1
Ctrl-C ends it.
`;
