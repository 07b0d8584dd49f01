import {
  ND_SCALAR_NAMES,
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  type PvStructure,
  SharedPV,
  type SharedPvProvider,
} from "../../pva/index.js";
import { makeParameters } from "../asyn/defineDriver.js";
import { octet } from "../asyn/driverParameter.js";
import type { ImageStreams } from "../ndarray/arrayPorts.js";
import { bytesPerElement, elementsOf, type NDArray, type NDData } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** Where the image is published, for the network and for this process. */
export interface PvaPublication {
  readonly pvName: string;
  readonly sharedPvs: SharedPvProvider;
  readonly imageStreams: ImageStreams;
}

/** An owner of memory that needs none. */
const nobody = { retain: () => undefined, release: () => undefined };

/**
 * Serves each frame as an NTNDArray under a pvAccess name (NDPluginPva). The pixels are not copied: the PV holds the frame until
 * the next one.
 */
export class NDPluginPva extends NDPlugin {
  readonly #pv: SharedPV;
  readonly #publication: PvaPublication;

  constructor(setup: PluginSetup, publication: PvaPublication) {
    const params = makeParameters({ PV_NAME: octet(publication.pvName) });
    super(setup, "NDPluginPva", params);
    this.#publication = publication;
    this.#pv = new SharedPV(NTNDARRAY_TYPE, ntNdArrayValue(emptyImage));
    publication.sharedPvs.add(publication.pvName, this.#pv);
    publication.imageStreams.add(publication.pvName, this.arrays$);
  }

  protected override get takesCompressed(): boolean {
    return true;
  }

  protected override process(frame: NDArray): void {
    if (!this.output.admits(frame)) return;
    this.#pv.post(() => imageOf(frame), frame);
    if (this.base.ARRAY_CALLBACKS.value !== 0) this.emitAdmitted(frame);
  }

  protected override onClose(): void {
    const { pvName, sharedPvs } = this.#publication;
    sharedPvs.remove(pvName);
    this.#pv.post(ntNdArrayValue(emptyImage), nobody);
  }
}

const noPixels: NDData = new Uint8Array(0);

/** What clients get before the first frame: two axes, so that they can be asked for their sizes. */
const emptyImage = {
  data: noPixels,
  dimensions: [{ size: 0 }, { size: 0 }],
  uniqueId: 0,
};

const imageOf = (frame: NDArray): PvStructure =>
  ntNdArrayValue({
    data: frame.data,
    dimensions: frame.dimensions,
    uniqueId: frame.uniqueId,
    dataTimeStamp: frame.timeStamp,
    timeStamp: frame.epicsTimestamp,
    attributes: frame.attributes,
    ...codecOf(frame),
  });

/** What tells clients how to decompress a frame; nothing of one that is not compressed. */
function codecOf(frame: NDArray) {
  if (frame.codec === undefined) return {};
  const uncompressedSize = elementsOf(frame) * bytesPerElement(frame.dataType);
  return {
    codec: { name: frame.codec.name, elementType: ND_SCALAR_NAMES[frame.dataType], uncompressedSize },
  };
}
