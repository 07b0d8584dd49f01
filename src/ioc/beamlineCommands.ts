import { serveAerotech } from "../drivers/pso/aerotechServer.js";
import { createFrontEnd } from "../drivers/shutters/frontEnd.js";
import { frameSourceOf, type SimulatedBeamline, simBeamlineConfigure } from "../drivers/simulatedBeamline.js";
import { type Command, CommandError, defineCommand, int, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** Commands that make a beamline without hardware. */
export function beamlineCommands(ioc: IocParts): readonly Command[] {
  let beamline: SimulatedBeamline | undefined;
  return [
    defineCommand({
      name: "simBeamlineConfigure",
      args: ["cameraPort", "stagePort", "psoPort", "size", "source", "beam"].map((name) => string(name)),
      help: "Makes a simulated beamline: camera, stage, position output, shutters. source is phantom, precomputed, pattern or a Data Exchange file; beam names PVs that are 1 while there is beam, where the shutters are in another IOC.",
      run: async (values) => {
        const made = simBeamlineConfigure(
          { ...ioc, lookupPv: (name) => ioc.pvs.pv(name) },
          values.filter((value) => value !== undefined),
        );
        beamline = made;
        ioc.own({ stop: () => made.close() });
        await made.camera.ready;
      },
    }),
    defineCommand({
      name: "simCameraConfigure",
      args: [string("cameraPort"), string("size"), string("source")],
      help: "Puts another camera before the simulated beamline's sample, on the same triggers.",
      run: async ([port, size = "256", source = ""]) => {
        if (beamline === undefined) throw new CommandError("simBeamlineConfigure has to come first");
        if (!port) throw new CommandError("a port name is needed");
        await beamline.addCamera(port, frameSourceOf(size, source)).ready;
      },
    }),
    defineCommand({
      name: "simFrontEndConfigure",
      args: [string("shutterPort"), string("ringPort")],
      help: "Makes simulated shutters and a storage ring, for an IOC without the camera.",
      run: ([shutterPort = "SHUTTERS", ringPort = "RING"]) => {
        const frontEnd = createFrontEnd(ioc.ports, { shutterPort, ringPort });
        ioc.own({ stop: () => frontEnd.close() });
      },
    }),
    defineCommand({
      name: "simAerotechServe",
      args: [int("tcpPort"), string("interface")],
      help: "Serves the simulated beamline's motion controller on TCP, for IOCs that connect with drvAsynIPPortConfigure.",
      run: async ([port, host]) => {
        if (beamline === undefined) throw new CommandError("simBeamlineConfigure has to come first");
        const server = await serveAerotech(beamline.controller, { port, host: host ?? "127.0.0.1" });
        ioc.own({ stop: () => void server.close() });
      },
    }),
  ];
}
