import type { SharedPvProvider } from "../../pva/index.js";
import type { Pv } from "../../records/pv.js";
import type { PortRegistry } from "../asyn/portRegistry.js";
import type { ArrayPorts, ImageStreams } from "../ndarray/arrayPorts.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { NDFileJPEG } from "./ndFileJPEG.js";
import { NDFileNull } from "./ndFileNull.js";
import { NDFileStandIn } from "./ndFileStandIn.js";
import { NDFileTIFF } from "./ndFileTIFF.js";
import type { NDPlugin, PluginSetup } from "./ndPlugin.js";
import { NDPluginAttribute } from "./ndPluginAttribute.js";
import { NDPluginBadPixel } from "./ndPluginBadPixel.js";
import { NDPluginCircularBuff } from "./ndPluginCircularBuff.js";
import { NDPluginCodec } from "./ndPluginCodec.js";
import { NDPluginColorConvert } from "./ndPluginColorConvert.js";
import { NDPluginFFT } from "./ndPluginFFT.js";
import { NDPluginGather } from "./ndPluginGather.js";
import { NDPluginOverlay } from "./ndPluginOverlay.js";
import { NDPluginProcess } from "./ndPluginProcess.js";
import { NDPluginPva } from "./ndPluginPva.js";
import { NDPluginROI } from "./ndPluginROI.js";
import { NDPluginROIStat } from "./ndPluginROIStat.js";
import { NDPluginScatter } from "./ndPluginScatter.js";
import { NDPluginStats } from "./ndPluginStats.js";
import { NDPluginStdArrays } from "./ndPluginStdArrays.js";
import { NDPluginTimeSeries } from "./ndPluginTimeSeries.js";
import { NDPluginTransform } from "./ndPluginTransform.js";
import { NDPosPlugin } from "./ndPosPlugin.js";

/** What the plugins of one process share. */
export interface PluginContext {
  readonly ports: PortRegistry;
  readonly arrayPorts: ArrayPorts;
  readonly imageStreams: ImageStreams;
  readonly pool: NDArrayPool;
  readonly sharedPvs: SharedPvProvider;
  /** For attributes that are PVs; absent where there are none. */
  lookupPv?(name: string): Pv;
}

/** The arguments that areaDetector's configuration commands begin with. */
export interface PluginArguments {
  readonly portName: string;
  /** Arrays that may wait; 0 or less means the default of 20. */
  readonly queueSize: number;
  /** 1: arrays are processed in the call that delivers them. */
  readonly blockingCallbacks: number;
  /** The asyn port that arrays come from at first. */
  readonly arrayPort: string;
  readonly arrayAddress: number;
  /** 0 or less is one. */
  readonly maxThreads?: number;
}

const DEFAULT_QUEUE_SIZE = 20;

export const setupOf = (context: PluginContext, args: PluginArguments): PluginSetup => ({
  portName: args.portName,
  queueSize: args.queueSize > 0 ? args.queueSize : DEFAULT_QUEUE_SIZE,
  blocking: args.blockingCallbacks !== 0,
  arrayPort: args.arrayPort,
  arrayAddress: args.arrayAddress,
  maxThreads: args.maxThreads ?? 1,
  arrayPorts: context.arrayPorts,
  pool: context.pool,
  ...(context.lookupPv === undefined ? {} : { lookupPv: context.lookupPv }),
});

/** Makes a plugin known under its port name. Throws when the name is empty or taken. */
export function register<P extends NDPlugin>(context: PluginContext, portName: string, make: () => P): P {
  if (portName === "") throw new Error("a port name is needed");
  if (context.ports.get(portName) !== undefined) throw new Error(`asyn port "${portName}" exists already`);
  const plugin = context.ports.add(make());
  context.arrayPorts.add(plugin);
  return plugin;
}

/** The command of a plugin that needs nothing besides the common arguments. */
const configure =
  <P extends NDPlugin>(Plugin: new (setup: PluginSetup) => P) =>
  (context: PluginContext, args: PluginArguments): P =>
    register(context, args.portName, () => new Plugin(setupOf(context, args)));

/** The command of a plugin that is told besides how many it can have of something, in the argument of that name. */
const configureWith =
  <P extends NDPlugin, N extends string>(Plugin: new (setup: PluginSetup, most: number) => P, name: N) =>
  (context: PluginContext, args: PluginArguments & Readonly<Record<N, number>>): P =>
    register(context, args.portName, () => new Plugin(setupOf(context, args), args[name]));

export const NDAttrConfigure = configureWith(NDPluginAttribute, "maxAttributes");
export const NDBadPixelConfigure = configure(NDPluginBadPixel);
export const NDCodecConfigure = configure(NDPluginCodec);
export const NDColorConvertConfigure = configure(NDPluginColorConvert);
export const NDFFTConfigure = configure(NDPluginFFT);
export const NDFileJPEGConfigure = configure(NDFileJPEG);
export const NDFileNullConfigure = configure(NDFileNull);
export const NDFileTIFFConfigure = configure(NDFileTIFF);
export const NDGatherConfigure = configureWith(NDPluginGather, "maxPorts");
export const NDOverlayConfigure = configureWith(NDPluginOverlay, "maxOverlays");
export const NDPosPluginConfigure = configure(NDPosPlugin);
export const NDProcessConfigure = configure(NDPluginProcess);
export const NDROIConfigure = configure(NDPluginROI);
export const NDROIStatConfigure = configureWith(NDPluginROIStat, "maxROIs");
export const NDScatterConfigure = configure(NDPluginScatter);
export const NDStatsConfigure = configure(NDPluginStats);
export const NDStdArraysConfigure = configure(NDPluginStdArrays);
export const NDTimeSeriesConfigure = configureWith(NDPluginTimeSeries, "maxSignals");
export const NDTransformConfigure = configure(NDPluginTransform);

/** `maxBuffers` bounds the pre-count; 0 or less is no bound. */
export const NDCircularBuffConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxBuffers?: number },
): NDPluginCircularBuff =>
  register(context, args.portName, () => new NDPluginCircularBuff(setupOf(context, args), args.maxBuffers));

/** Throws when a structure of that name is served already. */
export const NDPvaConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly pvName: string },
): NDPluginPva => {
  const { sharedPvs, imageStreams } = context;
  const publication = { pvName: args.pvName, sharedPvs, imageStreams };
  return register(context, args.portName, () => new NDPluginPva(setupOf(context, args), publication));
};

/** A file plugin that is not implemented. */
export const fileStandInConfigure = (
  context: PluginContext,
  args: PluginArguments,
  pluginType: string,
): NDFileStandIn =>
  register(context, args.portName, () => new NDFileStandIn(setupOf(context, args), pluginType));
