import type { SharedPvProvider } from "../../pva/index.js";
import type { Pv } from "../../records/pv.js";
import type { PortRegistry } from "../asyn/portRegistry.js";
import type { ArrayPorts, ImageStreams } from "../ndarray/arrayPorts.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { NDFileJPEG } from "./ndFileJPEG.js";
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

export const NDROIConfigure = (context: PluginContext, args: PluginArguments): NDPluginROI =>
  register(context, args.portName, () => new NDPluginROI(setupOf(context, args)));

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

export const NDStdArraysConfigure = (context: PluginContext, args: PluginArguments): NDPluginStdArrays =>
  register(context, args.portName, () => new NDPluginStdArrays(setupOf(context, args)));

export const NDStatsConfigure = (context: PluginContext, args: PluginArguments): NDPluginStats =>
  register(context, args.portName, () => new NDPluginStats(setupOf(context, args)));

export const NDProcessConfigure = (context: PluginContext, args: PluginArguments): NDPluginProcess =>
  register(context, args.portName, () => new NDPluginProcess(setupOf(context, args)));

export const NDTransformConfigure = (context: PluginContext, args: PluginArguments): NDPluginTransform =>
  register(context, args.portName, () => new NDPluginTransform(setupOf(context, args)));

export const NDTimeSeriesConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxSignals: number },
): NDPluginTimeSeries =>
  register(context, args.portName, () => new NDPluginTimeSeries(setupOf(context, args), args.maxSignals));

export const NDAttrConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxAttributes: number },
): NDPluginAttribute =>
  register(context, args.portName, () => new NDPluginAttribute(setupOf(context, args), args.maxAttributes));

export const NDROIStatConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxROIs: number },
): NDPluginROIStat =>
  register(context, args.portName, () => new NDPluginROIStat(setupOf(context, args), args.maxROIs));

export const NDColorConvertConfigure = (
  context: PluginContext,
  args: PluginArguments,
): NDPluginColorConvert =>
  register(context, args.portName, () => new NDPluginColorConvert(setupOf(context, args)));

export const NDOverlayConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxOverlays: number },
): NDPluginOverlay =>
  register(context, args.portName, () => new NDPluginOverlay(setupOf(context, args), args.maxOverlays));

export const NDBadPixelConfigure = (context: PluginContext, args: PluginArguments): NDPluginBadPixel =>
  register(context, args.portName, () => new NDPluginBadPixel(setupOf(context, args)));

export const NDFFTConfigure = (context: PluginContext, args: PluginArguments): NDPluginFFT =>
  register(context, args.portName, () => new NDPluginFFT(setupOf(context, args)));

export const NDScatterConfigure = (context: PluginContext, args: PluginArguments): NDPluginScatter =>
  register(context, args.portName, () => new NDPluginScatter(setupOf(context, args)));

export const NDPosPluginConfigure = (context: PluginContext, args: PluginArguments): NDPosPlugin =>
  register(context, args.portName, () => new NDPosPlugin(setupOf(context, args)));

export const NDGatherConfigure = (
  context: PluginContext,
  args: PluginArguments & { readonly maxPorts: number },
): NDPluginGather =>
  register(context, args.portName, () => new NDPluginGather(setupOf(context, args), args.maxPorts));

export const NDFileTIFFConfigure = (context: PluginContext, args: PluginArguments): NDFileTIFF =>
  register(context, args.portName, () => new NDFileTIFF(setupOf(context, args)));

export const NDFileJPEGConfigure = (context: PluginContext, args: PluginArguments): NDFileJPEG =>
  register(context, args.portName, () => new NDFileJPEG(setupOf(context, args)));

export const NDCodecConfigure = (context: PluginContext, args: PluginArguments): NDPluginCodec =>
  register(context, args.portName, () => new NDPluginCodec(setupOf(context, args)));

/** A file plugin that is not implemented. */
export const fileStandInConfigure = (
  context: PluginContext,
  args: PluginArguments,
  pluginType: string,
): NDFileStandIn =>
  register(context, args.portName, () => new NDFileStandIn(setupOf(context, args), pluginType));
