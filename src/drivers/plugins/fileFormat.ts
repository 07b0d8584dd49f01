import type { NDArray, NDArrayHeader } from "../ndarray/ndArray.js";

/** How many frames a file is opened for: 0 when it is not known, "single" when the file is one frame. */
export type FrameCount = number | "single";

/** How one kind of file is written. Every method rejects with the reason when it cannot. */
export interface FileFormat {
  /** Whether a file holds the frames of a whole capture; otherwise each frame gets a file. */
  readonly isMultiFrame: boolean;
  open(path: string, first: NDArrayHeader, expectedFrames: FrameCount): Promise<void>;
  write(frame: NDArray): Promise<void>;
  close(): Promise<void>;
  /** Lets go of a file that cannot be finished. */
  abandon(): Promise<void>;
  /** Ends what the format keeps running. */
  dispose(): Promise<void>;
  /** A file follows soon. Throws when it could not be begun for a reason that is known beforehand. */
  prepare(): void;
  /** A frame has come, while no file is open, as those that files will probably be opened for. */
  rehearse?(frame: NDArrayHeader, expectedFrames: FrameCount): void;
}
