import { type Command, CommandError, defineCommand, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";
import { MotorUtil } from "./motorUtil.js";

/** synApps's commands for all motors of an IOC. */
export function motorCommands(ioc: IocParts): readonly Command[] {
  let motorUtil: MotorUtil | undefined;
  return [
    defineCommand({
      name: "motorUtilInit",
      args: [string("IOC name")],
      help: "After iocInit: keeps the records of motorUtil.db with this prefix, which count moving motors and stop all.",
      run: ([prefix = ""]) => {
        if (motorUtil !== undefined) throw new CommandError("motorUtil already initialized. Exiting");
        const missing = MotorUtil.missingRecord(ioc, prefix);
        if (missing !== undefined)
          throw new CommandError(
            `motorUtil: no record ${missing}; check that the prefix matches the database`,
          );
        motorUtil = new MotorUtil(ioc, prefix);
        ioc.own(motorUtil);
      },
    }),
    defineCommand({
      name: "listMovingMotors",
      args: [],
      help: "Shows the motors of this IOC that move.",
      run: (_, { print }) => {
        print("The following motors are moving:");
        for (const name of motorUtil?.moving ?? []) print(name);
      },
    }),
  ];
}
