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
  NDFileNullConfigure,
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

/** A plugin that is made of the common arguments. */
const plugin = (
  name: string,
  more: readonly string[],
  help: string,
  configure: (parts: PluginParts, args: PluginArguments) => unknown,
): PluginRow => ({ name, more, help, make: (parts, args) => void configure(parts, args) });

const fileStandIn = (pluginType: string): PluginRow =>
  plugin(
    `${pluginType}Configure`,
    FILE,
    `Stands in for ${pluginType}, which is not implemented: its records load, no file is written.`,
    (parts, args) => fileStandInConfigure(parts, args, pluginType),
  );

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
  plugin("NDROIConfigure", THREADED, "Makes an ROI plugin.", NDROIConfigure),
  {
    name: "NDCircularBuffConfigure",
    more: ["maxBuffers", "maxMemory"],
    help: "Makes a circular buffer of frames; maxBuffers bounds the pre-count.",
    make: (ioc, args, { maxBuffers = 0 }) => void NDCircularBuffConfigure(ioc, { ...args, maxBuffers }),
  },
  filePlugin("NDFileHDF5Configure", "Makes an HDF5 file writer.", NDFileHDF5Configure),
  filePlugin("NDFileTIFFConfigure", "Makes a writer of TIFF files.", NDFileTIFFConfigure),
  filePlugin("NDFileJPEGConfigure", "Makes a writer of JPEG files.", NDFileJPEGConfigure),
  filePlugin("NDFileNullConfigure", "Makes a file plugin that writes nothing.", NDFileNullConfigure),
  plugin(
    "NDStdArraysConfigure",
    THREADED,
    "Makes a plugin that gives frames to waveform records.",
    NDStdArraysConfigure,
  ),
  plugin("NDStatsConfigure", THREADED, "Makes a statistics plugin.", NDStatsConfigure),
  plugin(
    "NDProcessConfigure",
    LIMITS,
    "Makes a plugin for background, flat field, scaling, clipping and filtering.",
    NDProcessConfigure,
  ),
  plugin(
    "NDTransformConfigure",
    THREADED,
    "Makes a plugin that turns and mirrors frames.",
    NDTransformConfigure,
  ),
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
  plugin(
    "NDColorConvertConfigure",
    THREADED,
    "Makes a plugin that converts between color modes.",
    NDColorConvertConfigure,
  ),
  {
    name: "NDOverlayConfigure",
    more: ["maxOverlays", ...THREADED],
    help: "Makes a plugin that draws on top of images.",
    make: (ioc, args, { maxOverlays = 1 }) => void NDOverlayConfigure(ioc, { ...args, maxOverlays }),
  },
  plugin(
    "NDBadPixelConfigure",
    THREADED,
    "Makes a plugin that puts something better in the place of bad pixels.",
    NDBadPixelConfigure,
  ),
  plugin(
    "NDScatterConfigure",
    LIMITS,
    "Makes a plugin that gives each frame to one of the plugins behind it, in turn.",
    NDScatterConfigure,
  ),
  plugin(
    "NDFFTConfigure",
    THREADED,
    "Makes a plugin for the frequencies in series and images.",
    NDFFTConfigure,
  ),
  plugin(
    "NDPosPluginConfigure",
    LIMITS,
    "Makes a plugin that gives frames positions of a list as attributes.",
    NDPosPluginConfigure,
  ),
  plugin(
    "NDCodecConfigure",
    THREADED,
    "Makes a plugin that compresses or decompresses frames.",
    NDCodecConfigure,
  ),
  fileStandIn("NDFileNetCDF"),
  fileStandIn("NDFileNexus"),
  fileStandIn("NDFileMagick"),
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
    // NDPluginPvxs is NDPluginPva over pvxs: to clients the same.
    ...["NDPvaConfigure", "NDPvxsConfigure"].map((name) =>
      defineCommand({
        name,
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
    ),
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
