import { fromEpics } from "../../libcom/epicsTime.js";
import { strftime } from "../../libcom/strftime.js";
import { AddressedParameters } from "../asyn/addressedParameters.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import { imageGrid } from "../ndarray/imageLayout.js";
import { infoOf, type NDArray, type NDArrayInfo } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { OVERLAY_SHAPES, type Overlay } from "./overlayDrawing.js";

/** The size of the image. */
const sizeParameters = { MAX_SIZE_X: int32(0), MAX_SIZE_Y: int32(0) } as const;

/** What each overlay has at its own asyn address. */
const overlayParameters = {
  NAME: octet(""),
  USE: int32(),
  OVERLAY_POSITION_X: int32(),
  OVERLAY_POSITION_Y: int32(),
  OVERLAY_CENTER_X: int32(),
  OVERLAY_CENTER_Y: int32(),
  OVERLAY_SIZE_X: int32(),
  OVERLAY_SIZE_Y: int32(),
  OVERLAY_WIDTH_X: int32(),
  OVERLAY_WIDTH_Y: int32(),
  OVERLAY_SHAPE: int32(),
  OVERLAY_DRAW_MODE: int32(),
  OVERLAY_RED: int32(),
  OVERLAY_GREEN: int32(),
  OVERLAY_BLUE: int32(),
  OVERLAY_TIMESTAMP_FORMAT: octet(),
  OVERLAY_FONT: int32(),
  OVERLAY_DISPLAY_TEXT: octet(),
} as const;

type OverlayParameters = ParametersOf<typeof overlayParameters>;

const XOR = 1;

/** Draws crosses, rectangles, ellipses and texts on top of each image (NDPluginOverlay). */
export class NDPluginOverlay extends NDPlugin {
  readonly #size: ParametersOf<typeof sizeParameters>;
  readonly #overlays: AddressedParameters<typeof overlayParameters>;

  constructor(setup: PluginSetup, maximumOverlays: number) {
    const size = makeParameters(sizeParameters);
    super(setup, "NDPluginOverlay", size);
    this.#size = size;
    this.#overlays = new AddressedParameters(overlayParameters, maximumOverlays);
    this.base.ARRAY_CALLBACKS.set(1);
    for (const overlay of this.#overlays.at) {
      keepInPlace(overlay, "X");
      keepInPlace(overlay, "Y");
    }
  }

  override parameter(name: string, address = 0): Parameter | undefined {
    return this.#overlays.has(name) ? this.#overlays.find(name, address) : super.parameter(name);
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const image = imageGrid(frame);
    if (image === undefined) return this.emitInTurn(frame);
    setIfChanged(this.#size.MAX_SIZE_X, image.sizeX);
    setIfChanged(this.#size.MAX_SIZE_Y, image.sizeY);
    const used = this.#overlays.at.filter(({ USE }) => (USE.value ?? 0) !== 0);
    const overlays = used.map((overlay) => overlayOf(overlay, frame));
    return this.emitComputed("overlay", frame, infoOf(frame), (to) => ({
      ...image,
      overlays,
      from: frame.data,
      to,
    }));
  }
}

/** Whether position or center was set last decides which of them stays when the size changes. */
function keepInPlace(overlay: OverlayParameters, axis: "X" | "Y"): void {
  const position = overlay[`OVERLAY_POSITION_${axis}`];
  const center = overlay[`OVERLAY_CENTER_${axis}`];
  const size = overlay[`OVERLAY_SIZE_${axis}`];
  let keepsPosition = false;
  const radius = () => Math.trunc((size.value ?? 0) / 2);
  position.written$.subscribe((value) => {
    keepsPosition = true;
    center.set(value + radius());
  });
  center.written$.subscribe((value) => {
    keepsPosition = false;
    position.set(value - radius());
  });
  size.written$.subscribe(() => {
    if (keepsPosition) center.set((position.value ?? 0) + radius());
    else position.set((center.value ?? 0) - radius());
  });
}

function overlayOf(parameters: OverlayParameters, { epicsTimestamp }: NDArrayInfo): Overlay {
  const int = (
    name: Exclude<keyof OverlayParameters, "NAME" | "OVERLAY_TIMESTAMP_FORMAT" | "OVERLAY_DISPLAY_TEXT">,
  ) => parameters[name].value ?? 0;
  const format = parameters.OVERLAY_TIMESTAMP_FORMAT.value ?? "";
  const time = strftime(format, fromEpics(epicsTimestamp), epicsTimestamp.nanoseconds);
  return {
    shape: OVERLAY_SHAPES[int("OVERLAY_SHAPE")] ?? "Cross",
    x: int("OVERLAY_POSITION_X"),
    y: int("OVERLAY_POSITION_Y"),
    sizeX: int("OVERLAY_SIZE_X"),
    sizeY: int("OVERLAY_SIZE_Y"),
    widthX: int("OVERLAY_WIDTH_X"),
    widthY: int("OVERLAY_WIDTH_Y"),
    isXor: int("OVERLAY_DRAW_MODE") === XOR,
    color: [int("OVERLAY_RED"), int("OVERLAY_GREEN"), int("OVERLAY_BLUE")],
    text: (parameters.OVERLAY_DISPLAY_TEXT.value ?? "") + time,
    font: int("OVERLAY_FONT"),
  };
}
