import { filter, firstValueFrom, timeout } from "rxjs";
import type { Pv } from "../../records/pv.js";
import { number$ } from "../../records/pvStreams.js";
import { readNumber } from "../pvValues.js";
import { type Optics, set } from "./optics.js";
import { suggestAngles, updateImagePixelSize } from "./pixelSize.js";

const STOP_SECONDS = 10;

/** Does something that a camera refuses while it takes images, and lets it go on afterwards. */
async function whileStopped(optics: Optics, camera: number, work: () => Promise<void>): Promise<void> {
  const acquire = await optics.cameraPv(camera, "Acquire");
  const wasAcquiring = acquire !== undefined && (await readNumber(acquire)) === 1;
  if (acquire !== undefined && wasAcquiring) {
    acquire.write(0);
    await firstValueFrom(
      number$(acquire).pipe(
        filter((value) => value === 0),
        timeout(STOP_SECONDS * 1000),
      ),
    );
  }
  try {
    await work();
  } finally {
    if (wasAcquiring) acquire?.write(1);
  }
}

interface Setting {
  readonly name: string;
  readonly value: number;
}

/** Makes settings of a camera in their order, those that it has; it is stopped only when one is not yet as wanted. */
async function setStopped(optics: Optics, camera: number, settings: readonly Setting[]): Promise<void> {
  const parts: { pv: Pv; value: number }[] = [];
  for (const { name, value } of settings) {
    const pv = await optics.cameraPv(camera, name);
    if (pv !== undefined) parts.push({ pv, value });
  }
  const present = await Promise.all(parts.map(({ pv }) => readNumber(pv)));
  if (parts.every(({ value }, index) => value === present[index])) return;
  await whileStopped(optics, camera, async () => {
    for (const { pv, value } of parts) await set(pv, value);
  });
}

/** CameraBinning 0, 1, 2 bins 1, 2, 4 pixels each way. */
export async function changeBinning(optics: Optics): Promise<void> {
  const value = 2 ** (await optics.number("CameraBinning"));
  await setStopped(optics, optics.camera, [
    { name: "BinX", value },
    { name: "BinY", value },
  ]);
  await updateImagePixelSize(optics);
}

/** CameraBinning as the selected camera has it. */
export async function synchronizeBinning(optics: Optics): Promise<void> {
  const binX = await optics.cameraPv(optics.camera, "BinX");
  if (binX === undefined) return;
  const state = [1, 2, 4].indexOf(await readNumber(binX));
  if (state >= 0) optics.write("CameraBinning", state);
}

/**
 * What each state of CameraNBit sets: the converter's bits, the pixels that are sent, and what they are converted to. The two
 * cameras' menus of PixelFormat differ at 12 bits: Mono12p is there only for the first, which sends Mono12Packed as its third.
 */
const BITS = [
  { AdcBitDepth: 0, PixelFormat: [0, 0], ConvertPixelFormat: 1 },
  { AdcBitDepth: 1, PixelFormat: [2, 2], ConvertPixelFormat: 2 },
  { AdcBitDepth: 2, PixelFormat: [2, 3], ConvertPixelFormat: 2 },
  { AdcBitDepth: 2, PixelFormat: [1, 1], ConvertPixelFormat: 2 },
] as const;

export async function changeBits(optics: Optics, camera: 0 | 1): Promise<void> {
  const bits = BITS[await optics.number(`Camera${camera}Bit`)];
  if (bits === undefined) return;
  await setStopped(optics, camera, [
    { name: "GC_AdcBitDepth", value: bits.AdcBitDepth },
    { name: "PixelFormat", value: bits.PixelFormat[camera] },
    { name: "ConvertPixelFormat", value: bits.ConvertPixelFormat },
  ]);
}

/** The state of CameraNBit by the first four of PixelFormat. */
const BITS_OF_FORMAT = [0, 3, 1, 2] as const;

/** CameraNBit as the camera has it. */
export async function synchronizeBits(optics: Optics, camera: 0 | 1): Promise<void> {
  const format = await optics.cameraPv(camera, "PixelFormat");
  const state = format && BITS_OF_FORMAT[await readNumber(format)];
  if (state !== undefined) optics.write(`Camera${camera}Bit`, state);
}

const SIDES = [
  { axis: "X", before: "CutLeft", behind: "CutRight" },
  { axis: "Y", before: "CutTop", behind: "CutBottom" },
] as const;

/** Leaves away as many pixels at the edges as the Cut records say, and shows there what the camera made of it. */
export async function cutRegion(optics: Optics): Promise<void> {
  const pv = (name: string) => optics.cameraPv(optics.camera, name);
  const read = async (name: string): Promise<number> => {
    const part = await pv(name);
    if (part === undefined) throw new Error(`camera ${optics.camera} has no ${name}`);
    return readNumber(part);
  };
  await whileStopped(optics, optics.camera, async () => {
    for (const { axis, before, behind } of SIDES) {
      const most = await read(`MaxSize${axis}_RBV`);
      const first = await optics.number(before);
      // From the edge first: a region that reaches beyond the sensor would be refused.
      await set(await pv(`Min${axis}`), 0);
      await set(await pv(`Size${axis}`), most - first - (await optics.number(behind)));
      await set(await pv(`Min${axis}`), first);
      const begin = await read(`Min${axis}_RBV`);
      optics.write(before, begin);
      optics.write(behind, most - begin - (await read(`Size${axis}_RBV`)));
    }
  });
  await suggestAngles(optics, await read("SizeX_RBV"));
}

/** CrossSelect's state that shows the cross. */
const SHOWN = 0;

/** Shows or hides the cross in the middle of the selected camera's images. */
export async function showCross(optics: Optics): Promise<void> {
  const overlay = (name: string) => optics.under(`OverlayPlugin${optics.camera}PVPrefix`, `1:${name}`);
  const isShown = (await optics.number("CrossSelect")) === SHOWN;
  if (isShown)
    for (const axis of ["X", "Y"]) {
      const size = await optics.cameraPv(optics.camera, `ArraySize${axis}_RBV`);
      if (size !== undefined)
        await set(await overlay(`Center${axis}`), Math.floor((await readNumber(size)) / 2));
    }
  await set(await overlay("Use"), isShown ? 1 : 0);
}
