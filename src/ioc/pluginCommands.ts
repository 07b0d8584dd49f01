import { NDFileHDF5Configure } from "../drivers/hdf5/configure.js";
import {
  NDCircularBuffConfigure,
  NDPvaConfigure,
  NDROIConfigure,
  NDStatsConfigure,
  NDStdArraysConfigure,
  type PluginArguments,
} from "../drivers/plugins/configure.js";
import { type Command, defineCommand, int, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** The arguments every plugin's command begins with. */
const common = [
  string("portName"),
  int("queueSize"),
  int("blockingCallbacks"),
  string("NDArrayPort"),
  int("NDArrayAddr"),
] as const;

type CommonValues = readonly [string | undefined, number, number, string | undefined, number];

const argumentsOf = ([
  portName,
  queueSize,
  blockingCallbacks,
  arrayPort,
  arrayAddress,
]: CommonValues): PluginArguments => ({
  portName: portName ?? "",
  queueSize,
  blockingCallbacks,
  arrayPort: arrayPort ?? "",
  arrayAddress,
});

/** areaDetector's plugin commands with upstream's arguments; memory limits, priorities and stack sizes have no effect here. */
export const pluginCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "NDROIConfigure",
    args: common,
    help: "Makes an ROI plugin.",
    run: (values) => void NDROIConfigure(ioc, argumentsOf(values)),
  }),
  defineCommand({
    name: "NDCircularBuffConfigure",
    args: [...common, int("maxBuffers")],
    help: "Makes a circular buffer of frames; maxBuffers bounds the pre-count.",
    run: ([portName, queueSize, blocking, arrayPort, arrayAddress, maxBuffers]) =>
      void NDCircularBuffConfigure(ioc, {
        ...argumentsOf([portName, queueSize, blocking, arrayPort, arrayAddress]),
        maxBuffers,
      }),
  }),
  defineCommand({
    name: "NDFileHDF5Configure",
    args: common,
    help: "Makes an HDF5 file writer.",
    run: (values) => {
      const plugin = NDFileHDF5Configure(ioc, argumentsOf(values));
      ioc.own({
        stop: async () => {
          plugin.close();
          await plugin.closed;
        },
      });
    },
  }),
  defineCommand({
    name: "NDPvaConfigure",
    args: [...common, string("pvName")],
    help: "Publishes frames as NTNDArray under a pvAccess name.",
    run: ([portName, queueSize, blocking, arrayPort, arrayAddress, pvName]) =>
      void NDPvaConfigure(ioc, {
        ...argumentsOf([portName, queueSize, blocking, arrayPort, arrayAddress]),
        pvName: pvName ?? "",
      }),
  }),
  defineCommand({
    name: "NDStdArraysConfigure",
    args: common,
    help: "Makes a plugin that gives frames to waveform records.",
    run: (values) => void NDStdArraysConfigure(ioc, argumentsOf(values)),
  }),
  defineCommand({
    name: "NDStatsConfigure",
    args: common,
    help: "Makes a statistics plugin.",
    run: (values) => void NDStatsConfigure(ioc, argumentsOf(values)),
  }),
];
