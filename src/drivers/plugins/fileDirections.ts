import type { NDArrayInfo } from "../ndarray/ndArray.js";

const attribute = (frame: NDArrayInfo, name: string) =>
  frame.attributes.find((candidate) => candidate.name === name)?.value;

/** Whether FilePluginDestination leaves a frame to the file plugin of this port: it names none, all, or this one. */
export function isMeantFor(portName: string, frame: NDArrayInfo): boolean {
  const destination = attribute(frame, "FilePluginDestination");
  if (typeof destination !== "string" || destination === "") return true;
  const wanted = destination.toLowerCase();
  return wanted.startsWith("all") || portName.toLowerCase().startsWith(wanted);
}

/** Whether FilePluginClose asks for the file to be closed after this frame. */
export const closesFile = (frame: NDArrayInfo): boolean =>
  Number(attribute(frame, "FilePluginClose") ?? 0) !== 0;

/** What frames ask of the name of the file they go to. */
export interface FileNaming {
  readonly name: string | undefined;
  readonly number: number | undefined;
}

/** FilePluginFileName and FilePluginFileNumber of a frame. */
export function namingOf(frame: NDArrayInfo): FileNaming {
  const name = attribute(frame, "FilePluginFileName");
  const number = attribute(frame, "FilePluginFileNumber");
  return {
    name: typeof name === "string" && name !== "" ? name : undefined,
    number: typeof number === "number" ? Math.trunc(number) : undefined,
  };
}

/** The file that the driver itself has written for this frame, for DeleteDriverFile. */
export function driverFileOf(frame: NDArrayInfo): string | undefined {
  const name = attribute(frame, "DriverFileName");
  return typeof name === "string" && name !== "" ? name : undefined;
}
