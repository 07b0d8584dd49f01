import { join } from "node:path";
import { openProjectionFile } from "../../../src/drivers/hdf5/projectionFile.js";
import type { AngledSinogram } from "../../../src/recon/center/registration.js";
import { integralRow } from "../../../src/recon/volume/volumeRows.js";
import { sharedDirectory } from "../../support/paths.js";

export const toothFile = join(sharedDirectory, "data", "tooth.h5");

/** Line integrals of one detector row of the tooth. */
export async function toothRow(row: number): Promise<AngledSinogram> {
  const file = await openProjectionFile(toothFile);
  try {
    return integralRow(file, row);
  } finally {
    file.close();
  }
}
