import { NDFileHDF5Configure } from "../drivers/hdf5/configure.js";
import {
  fileStandInConfigure,
  NDAttrConfigure,
  NDBadPixelConfigure,
  NDCircularBuffConfigure,
  NDCodecConfigure,
  NDColorConvertConfigure,
  NDFFTConfigure,
  NDFileJPEGConfigure,
  NDFileTIFFConfigure,
  NDGatherConfigure,
  NDOverlayConfigure,
  NDPosPluginConfigure,
  NDProcessConfigure,
  NDPvaConfigure,
  NDROIConfigure,
  NDROIStatConfigure,
  NDScatterConfigure,
  NDStatsConfigure,
  NDStdArraysConfigure,
  NDTimeSeriesConfigure,
  NDTransformConfigure,
  type PluginArguments,
  type PluginContext,
} from "../drivers/plugins/configure.js";
import type { NDPluginFile } from "../drivers/plugins/ndPluginFile.js";
import { type Command, defineCommand, int, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** What upstream's arguments after the common ones are called; numbers all of them. */
const LIMITS = ["maxBuffers", "maxMemory", "priority", "stackSize"];
const THREADED = [...LIMITS, "maxThreads"];
const FILE = ["priority", "stackSize"];

type NamedNumbers = Readonly<Record<string, number>>;

/** What plugins are made with, their attributes' PVs included. */
type PluginParts = PluginContext & Pick<IocParts, "own">;

const partsOf = (ioc: IocParts): PluginParts => ({
  ports: ioc.ports,
  arrayPorts: ioc.arrayPorts,
  imageStreams: ioc.imageStreams,
  pool: ioc.pool,
  sharedPvs: ioc.sharedPvs,
  lookupPv: (name) => ioc.pvs.pv(name),
  own: (what) => ioc.own(what),
});

/** A plugin whose command begins with port, queue, blocking, source port and address. */
interface PluginRow {
  readonly name: string;
  readonly more: readonly string[];
  readonly help: string;
  make(parts: PluginParts, args: PluginArguments, more: NamedNumbers): void;
}

const fileStandIn = (pluginType: string): PluginRow => ({
  name: `${pluginType}Configure`,
  more: FILE,
  help: `Stands in for ${pluginType}, which is not implemented: its records load, no file is written.`,
  make: (ioc, args) => void fileStandInConfigure(ioc, args, pluginType),
});

/** A file plugin; with the IOC its last file is closed. */
const filePlugin = (
  name: string,
  help: string,
  configure: (parts: PluginParts, args: PluginArguments) => NDPluginFile,
): PluginRow => ({
  name,
  more: FILE,
  help,
  make: (parts, args) => {
    const plugin = configure(parts, args);
    parts.own({
      stop: async () => {
        plugin.close();
        await plugin.closed;
      },
    });
  },
});

const PLUGINS: readonly PluginRow[] = [
  {
    name: "NDROIConfigure",
    more: THREADED,
    help: "Makes an ROI plugin.",
    make: (ioc, args) => void NDROIConfigure(ioc, args),
  },
  {
    name: "NDCircularBuffConfigure",
    more: ["maxBuffers", "maxMemory"],
    help: "Makes a circular buffer of frames; maxBuffers bounds the pre-count.",
    make: (ioc, args, { maxBuffers = 0 }) => void NDCircularBuffConfigure(ioc, { ...args, maxBuffers }),
  },
  filePlugin("NDFileHDF5Configure", "Makes an HDF5 file writer.", NDFileHDF5Configure),
  filePlugin("NDFileTIFFConfigure", "Makes a writer of TIFF files.", NDFileTIFFConfigure),
  filePlugin("NDFileJPEGConfigure", "Makes a writer of JPEG files.", NDFileJPEGConfigure),
  {
    name: "NDStdArraysConfigure",
    more: THREADED,
    help: "Makes a plugin that gives frames to waveform records.",
    make: (ioc, args) => void NDStdArraysConfigure(ioc, args),
  },
  {
    name: "NDStatsConfigure",
    more: THREADED,
    help: "Makes a statistics plugin.",
    make: (ioc, args) => void NDStatsConfigure(ioc, args),
  },
  {
    name: "NDProcessConfigure",
    more: LIMITS,
    help: "Makes a plugin for background, flat field, scaling, clipping and filtering.",
    make: (ioc, args) => void NDProcessConfigure(ioc, args),
  },
  {
    name: "NDTransformConfigure",
    more: THREADED,
    help: "Makes a plugin that turns and mirrors frames.",
    make: (ioc, args) => void NDTransformConfigure(ioc, args),
  },
  {
    name: "NDTimeSeriesConfigure",
    more: ["maxSignals", ...LIMITS],
    help: "Makes a plugin that collects numbers over time.",
    make: (ioc, args, { maxSignals = 1 }) => void NDTimeSeriesConfigure(ioc, { ...args, maxSignals }),
  },
  {
    name: "NDAttrConfigure",
    more: ["maxAttributes", ...LIMITS],
    help: "Makes a plugin that shows attributes of frames.",
    make: (ioc, args, { maxAttributes = 1 }) => void NDAttrConfigure(ioc, { ...args, maxAttributes }),
  },
  {
    name: "NDROIStatConfigure",
    more: ["maxROIs", ...THREADED],
    help: "Makes a plugin for simple statistics of several regions.",
    make: (ioc, args, { maxROIs = 1 }) => void NDROIStatConfigure(ioc, { ...args, maxROIs }),
  },
  {
    name: "NDColorConvertConfigure",
    more: THREADED,
    help: "Makes a plugin that converts between color modes.",
    make: (ioc, args) => void NDColorConvertConfigure(ioc, args),
  },
  {
    name: "NDOverlayConfigure",
    more: ["maxOverlays", ...THREADED],
    help: "Makes a plugin that draws on top of images.",
    make: (ioc, args, { maxOverlays = 1 }) => void NDOverlayConfigure(ioc, { ...args, maxOverlays }),
  },
  {
    name: "NDBadPixelConfigure",
    more: THREADED,
    help: "Makes a plugin that puts something better in the place of bad pixels.",
    make: (ioc, args) => void NDBadPixelConfigure(ioc, args),
  },
  {
    name: "NDScatterConfigure",
    more: LIMITS,
    help: "Makes a plugin that gives each frame to one of the plugins behind it, in turn.",
    make: (ioc, args) => void NDScatterConfigure(ioc, args),
  },
  {
    name: "NDFFTConfigure",
    more: THREADED,
    help: "Makes a plugin for the frequencies in series and images.",
    make: (ioc, args) => void NDFFTConfigure(ioc, args),
  },
  {
    name: "NDPosPluginConfigure",
    more: LIMITS,
    help: "Makes a plugin that gives frames positions of a list as attributes.",
    make: (ioc, args) => void NDPosPluginConfigure(ioc, args),
  },
  {
    name: "NDCodecConfigure",
    more: THREADED,
    help: "Makes a plugin that compresses or decompresses frames.",
    make: (ioc, args) => void NDCodecConfigure(ioc, args),
  },
  fileStandIn("NDFileNetCDF"),
  fileStandIn("NDFileNexus"),
  fileStandIn("NDFileMagick"),
  fileStandIn("NDFileNull"),
];

const portArguments = [string("portName"), int("frame queue size"), int("blocking callbacks")] as const;
const commonArguments = [...portArguments, string("NDArrayPort"), int("NDArrayAddr")] as const;

const named = (names: readonly string[], values: readonly number[]): NamedNumbers =>
  Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]));

const pluginCommand = (parts: PluginParts, { name, more, help, make }: PluginRow): Command =>
  defineCommand({
    name,
    args: [...commonArguments, ...more.map(int)],
    help,
    run: ([portName, queueSize, blockingCallbacks, arrayPort, arrayAddress, ...numbers]) => {
      const others = named(more, numbers);
      const maxThreads = others["maxThreads"] ?? 1;
      make(
        parts,
        {
          portName: portName ?? "",
          queueSize,
          blockingCallbacks,
          arrayPort: arrayPort ?? "",
          arrayAddress,
          maxThreads,
        },
        others,
      );
    },
  });

/** areaDetector's plugin commands with upstream's arguments; memory limits, priorities and stack sizes have no effect here. */
export const pluginCommands = (ioc: IocParts): readonly Command[] => {
  const parts = partsOf(ioc);
  return [
    ...PLUGINS.map((row) => pluginCommand(parts, row)),
    defineCommand({
      name: "NDPvaConfigure",
      args: [...commonArguments, string("pvName"), ...LIMITS.map(int)],
      help: "Publishes frames as NTNDArray under a pvAccess name.",
      run: ([portName, queueSize, blockingCallbacks, arrayPort, arrayAddress, pvName]) =>
        void NDPvaConfigure(parts, {
          portName: portName ?? "",
          queueSize,
          blockingCallbacks,
          arrayPort: arrayPort ?? "",
          arrayAddress,
          pvName: pvName ?? "",
        }),
    }),
    defineCommand({
      name: "NDGatherConfigure",
      args: [...portArguments, int("maxPorts"), ...LIMITS.map(int)],
      help: "Makes a plugin that hands on the frames of several ports.",
      run: ([portName, queueSize, blockingCallbacks, maxPorts]) =>
        void NDGatherConfigure(parts, {
          portName: portName ?? "",
          queueSize,
          blockingCallbacks,
          arrayPort: "",
          arrayAddress: 0,
          maxPorts,
        }),
    }),
  ];
};
