import { NEVER } from "rxjs";
import { SimDetector } from "../drivers/camera/simDetector.js";
import { SimulatedCamera } from "../drivers/camera/simulatedCamera.js";
import { ND_DATA_TYPES } from "../drivers/ndarray/ndArray.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** The Oryx 51S5M's sensor. */
const ORYX = { size: 2448, rows: 2048 };

/** The sample before a camera that has no stage turns once in this time. */
const TURN_SECONDS = 60;

function needPortName(portName: string | undefined): string {
  if (!portName) throw new CommandError("a port name is needed");
  return portName;
}

/** Cameras by areaDetector's configuration commands, with upstream's arguments. */
export const cameraCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "simDetectorConfig",
    args: [
      string("Port name"),
      int("Max X size"),
      int("Max Y size"),
      int("Data type"),
      int("maxBuffers"),
      int("maxMemory"),
      int("priority"),
      int("stackSize"),
    ],
    help: "Makes a simulation detector. Data type is that of DataType: 0 for Int8, 1 for UInt8 and so on.",
    run: ([portName, maxSizeX, maxSizeY, dataType]) => {
      const type = ND_DATA_TYPES[dataType];
      if (maxSizeX < 1 || maxSizeY < 1) throw new CommandError(`${maxSizeX} x ${maxSizeY} is no image size`);
      if (type === undefined) throw new CommandError(`data type ${dataType} does not exist`);
      const options = {
        portName: needPortName(portName),
        maxSizeX,
        maxSizeY,
        dataType: type,
        pool: ioc.pool,
      };
      ioc.arrayPorts.add(
        ioc.ports.add(new SimDetector({ ...options, lookupPv: (name) => ioc.pvs.pv(name) })),
      );
    },
  }),
  defineCommand({
    name: "ADSpinnakerConfig",
    args: [
      string("Port name"),
      string("cameraId"),
      int("# Spinnaker buffers"),
      int("maxMemory"),
      int("priority"),
      int("stackSize"),
    ],
    help: "Makes a simulated FLIR Oryx 51S5M before a turning sample; no camera is looked for, whatever cameraId is.",
    run: ([portName]) => {
      const camera = new SimulatedCamera({
        portName: needPortName(portName),
        pool: ioc.pool,
        source: { kind: "phantom", cached: true, ...ORYX },
        triggers$: NEVER,
        angleAt: (time) => ((time / TURN_SECONDS) * 360) % 360,
        illumination: () => "projection",
        lookupPv: (name) => ioc.pvs.pv(name),
        pluginsIdle: () => ioc.pool.whenIdle(),
      });
      ioc.arrayPorts.add(ioc.ports.add(camera));
    },
  }),
];
