import type { NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileNaming } from "./fileDirections.js";
import type { FileNames } from "./fileNames.js";

/** A file being written in Stream mode. */
export interface FileSession {
  /** Undefined until the first frame comes, with LazyOpen or where frames name their files. */
  names: FileNames | undefined;
  /** Frames name their files by attributes: one with another name begins another file. */
  readonly namedByFrames: boolean;
  /** What the first frame asks of the name, where frames do. */
  naming?: FileNaming;
  readonly started: number;
  /** When the file before this one is closed. */
  readonly before?: Promise<void>;
  /** The frame that the file was opened with, and when that is done. */
  opened?: { readonly first: NDArrayInfo; readonly done: Promise<void> };
  accepted: number;
  /** No frame is taken after the ones that are being written. */
  complete: boolean;
  readonly writing: Set<Promise<void>>;
  /** Set once the file is being closed; no frame is taken from then on. */
  ending?: Promise<void>;
  failed: boolean;
}

type Beginning = Pick<FileSession, "names" | "namedByFrames" | "naming" | "started" | "before">;

/** A file without frames yet. */
export const newSession = (beginning: Beginning): FileSession => ({
  ...beginning,
  accepted: 0,
  complete: false,
  writing: new Set(),
  failed: false,
});

/** Whether a frame goes to the file that is named as `present`. */
export const keepsNaming = ({ name, number }: FileNaming, present: FileNaming): boolean =>
  (name === undefined || name.toLowerCase() === present.name?.toLowerCase()) &&
  (number === undefined || number === present.number);
