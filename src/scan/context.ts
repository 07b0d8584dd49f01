import type { BehaviorSubject, Observable } from "rxjs";
import type { DataExchangeFiles } from "../drivers/hdf5/dataExchangeFiles.js";
import type { Logger } from "../libcom/log.js";
import type { Beamline } from "./beamline.js";
import type { Broadcasts } from "./broadcast.js";
import type { ScanTimes } from "./options.js";
import type { ScanPositions } from "./positions.js";
import type { ScanKind } from "./scanKind.js";
import type { StreamAngles } from "./theta.js";

/** A scan that runs, as its streaming actions see it. A synchronization replaces positions, angles and exposure. */
export interface ActiveScan {
  readonly positions: ScanPositions;
  readonly angles: StreamAngles;
  readonly exposureTime: number;
}

/** What every part of the scan server works with. */
export interface ScanContext {
  readonly kind: ScanKind;
  readonly beamline: Beamline;
  readonly times: ScanTimes;
  readonly broadcasts: Broadcasts;
  /** Completes captured files, off the main thread. */
  readonly files: DataExchangeFiles;
  readonly log: Logger;
  /** True from StartScan until everything is put back. */
  readonly running$: BehaviorSubject<boolean>;
  /** The scan whose frames are coming; undefined when there are none to capture. */
  readonly scan$: BehaviorSubject<ActiveScan | undefined>;
  /** True while a capture, a retake or a synchronization is at work. */
  readonly busy$: BehaviorSubject<boolean>;
  /** Emits when the operator, or a write error, aborts the scan. */
  readonly aborted$: Observable<unknown>;
  /** True from when a scan begins to end, for whatever reason: no more frames will come. */
  readonly ending$: BehaviorSubject<boolean>;
  /** The id of the stream's latest frame, as a camera without a limit would have given it. */
  lastFrameId: number;
  /** The file of the scan's last capture. */
  captured: string | undefined;
  /** Angle to go back to after the sample was moved out with a rotation. */
  rotationBeforeMoveOut: number | undefined;
}
