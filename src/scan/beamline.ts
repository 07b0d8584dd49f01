import type { Pv, PvDirectory } from "../records/pv.js";

/** Where the parts of the beamline are, as the records of tomoScan name them. */
export interface BeamlineNames {
  readonly camera: string;
  readonly filePlugin: string;
  readonly pvaPlugin: string;
  readonly roiPlugin: string;
  readonly circularBuffer: string;
  readonly rotation: string;
  readonly sampleX: string;
  readonly sampleY: string;
  readonly openShutter: string;
  readonly closeShutter: string;
  readonly openFastShutter: string;
  readonly closeFastShutter: string;
  readonly shutterStatus: string;
  readonly mctOptics: string;
}

/** The record that holds each name. */
export const NAME_RECORDS: Readonly<Record<keyof BeamlineNames, string>> = {
  camera: "CameraPVPrefix",
  filePlugin: "FilePluginPVPrefix",
  pvaPlugin: "PvaPluginPVPrefix",
  roiPlugin: "RoiPluginPVPrefix",
  circularBuffer: "CbPluginPVPrefix",
  rotation: "RotationPVName",
  sampleX: "SampleXPVName",
  sampleY: "SampleYPVName",
  openShutter: "OpenShutterPVName",
  closeShutter: "CloseShutterPVName",
  openFastShutter: "OpenFastShutterPVName",
  closeFastShutter: "CloseFastShutterPVName",
  shutterStatus: "ShutterStatusPVName",
  mctOptics: "MctOpticsPVPrefix",
};

/** Opens each name once and closes all of them together. */
export class PvSet {
  readonly #pvs = new Map<string, Pv>();

  constructor(private readonly directory: PvDirectory) {}

  pv(name: string): Pv {
    const known = this.#pvs.get(name);
    if (known) return known;
    const pv = this.directory.pv(name);
    this.#pvs.set(name, pv);
    return pv;
  }

  get all(): Iterable<Pv> {
    return this.#pvs.values();
  }

  close(): void {
    for (const pv of this.#pvs.values()) pv.close();
    this.#pvs.clear();
  }
}

/** The PVs of one beamline: `own` are the server's records, the others the parts that it drives. */
export interface Beamline {
  readonly names: BeamlineNames;
  readonly prefix: string;
  own(record: string): Pv;
  camera(name: string): Pv;
  file(name: string): Pv;
  pva(name: string): Pv;
  roi(name: string): Pv;
  ring(name: string): Pv;
  optics(name: string): Pv;
  /** A field of the rotation motor. */
  rotation(field: string): Pv;
  readonly sampleX: Pv;
  readonly sampleY: Pv;
  /** A field of the motor that moves the sample vertically. */
  sampleYField(field: string): Pv;
  /** A PV that a record names, as a shutter; undefined when the name is empty or its macro was never given. */
  named(name: string): Pv | undefined;
}

/** False for a name that is empty, or whose macro was never given. */
export const isGiven = (name: string): boolean => name !== "" && !name.includes("$(");

export function openBeamline(pvs: PvSet, prefix: string, names: BeamlineNames): Beamline {
  const under =
    (base: string) =>
    (name: string): Pv =>
      pvs.pv(base + name);
  return {
    names,
    prefix,
    own: under(prefix),
    camera: under(`${names.camera}cam1:`),
    file: under(names.filePlugin),
    pva: under(names.pvaPlugin),
    roi: under(names.roiPlugin),
    ring: under(names.circularBuffer),
    optics: under(names.mctOptics),
    rotation: under(`${names.rotation}.`),
    sampleX: pvs.pv(names.sampleX),
    sampleY: pvs.pv(names.sampleY),
    sampleYField: under(`${names.sampleY.replace(/\.VAL$/, "")}.`),
    named: (name) => (isGiven(name) ? pvs.pv(name) : undefined),
  };
}
