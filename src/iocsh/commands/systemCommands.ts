import { threadId } from "node:worker_threads";
import { fromPosixMilliseconds, now, type Timestamp } from "../../libcom/epicsTime.js";
import { argv, defineCommand, int } from "../command.js";
import { timeText } from "./fieldReport.js";

const started = fromPosixMilliseconds(performance.timeOrigin);

const toMicroseconds = (time: Timestamp): string => timeText(time).slice(0, -3);

/** The thread that everything but frames runs on; workers are not threads of EPICS. */
const MAIN_THREAD = "_main_";

const threadTitle = "            NAME       EPICS ID   LWP ID   OSIPRI  OSSPRI  STATE";
const threadRow = `${MAIN_THREAD.padStart(16)} ${String(threadId).padStart(14)} ${String(process.pid).padStart(8)}      0       0       OK`;

const threadCommands = [
  defineCommand({
    name: "epicsThreadShow",
    args: [argv("[-level] [thread ...]")],
    help: "Show the threads, or those that are named; records, scanning and protocols share one here.",
    run([words], { print, error }) {
      const names = words.filter((word, index) => index > 0 || !word.startsWith("-"));
      if (names.length === 0 || names.includes(MAIN_THREAD)) print(`${threadTitle}\n${threadRow}`);
      for (const name of names) if (name !== MAIN_THREAD) error(`\t'${name}' is not a known thread name`);
    },
  }),
  defineCommand({
    name: "epicsThreadShowAll",
    args: [int("level")],
    help: "Show the threads; records, scanning and protocols share one here.",
    run: (_, { print }) => print(`${threadTitle}\n${threadRow}`),
  }),
  defineCommand({
    name: "epicsThreadResume",
    args: [argv("[thread ...]")],
    help: "Resume a suspended thread; there are none here.",
    run([names], { error }) {
      for (const name of names)
        error(
          name === MAIN_THREAD ? `Thread ${name} is not suspended` : `'${name}' is not a valid thread name`,
        );
    },
  }),
  defineCommand({
    name: "taskwdShow",
    args: [int("level")],
    help: "Show how many threads a watchdog looks after; there are none here.",
    run: (_, { print }) => print("0 monitors, 0 threads registered, 0 free nodes"),
  }),
];

const timeCommands = [
  defineCommand({
    name: "generalTimeReport",
    args: [int("interest_level")],
    help: "Show where the time comes from, with 1 also the present time.",
    run([level], { host, print }) {
      print("Backwards time errors prevented 0 times.\n");
      print('Current Time Providers:\n    "OS Clock", priority = 999');
      if (level > 0) print(`\tCurrent Time is ${toMicroseconds(now())}.`);
      print("\nEvent Time Providers:");
      if (host.engine.hasLastResortEventProvider) print('    "Last Resort Event", priority = 999\n');
      else print("\tNo Providers registered.");
    },
  }),
  defineCommand({
    name: "installLastResortEventProvider",
    args: [],
    help: "Give events that nothing tells the time of the present time.",
    run: (_, { host }) => host.engine.installLastResortEventProvider(),
  }),
  defineCommand({
    name: "ClockTime_Report",
    args: [argv("interest_level")],
    help: "Show when the program was started.",
    run: (_, { print }) => print(`Program started at ${toMicroseconds(started)}`),
  }),
];

/** Commands about threads and time of this process. */
export const systemCommands = [...threadCommands, ...timeCommands];
