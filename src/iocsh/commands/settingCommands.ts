import { defineCommand, int, Rejection, string } from "../command.js";
import { noEffect } from "./standIns.js";

const alreadyInitialized = "Callback system already initialized";
const priorities = ["", "*", "LOW", "MEDIUM", "HIGH"];

/** Settings that have no effect here and are still checked as in EPICS Base. */
export const settingCommands = [
  defineCommand({
    name: "callbackSetQueueSize",
    args: [int("bufsize")],
    help: "Set the size of the callback queues; they grow as they need here.",
    run([size], { host, warn, error }) {
      if (size <= 0) error("Queue size must be positive");
      else if (host.initialised) error(alreadyInitialized);
      else warn(noEffect("callbackSetQueueSize", "queues, which grow as they need"));
    },
  }),
  defineCommand({
    name: "callbackParallelThreads",
    args: [int("no of threads"), string("priority")],
    help: "Set how many threads serve callbacks of a priority; one serves all here.",
    run([, priority = ""], { host, warn, error }) {
      if (host.initialised) error(alreadyInitialized);
      else if (!priorities.includes(priority.toUpperCase()))
        error(`callbackParallelThreads: Unknown priority "${priority}"`);
      else warn(noEffect("callbackParallelThreads", "threads, of which records need one"));
    },
  }),
  defineCommand({
    name: "dbPvdTableSize",
    args: [int("size")],
    help: "Set how large the table of names is; it grows as it needs here.",
    run([size], { warn }) {
      if (size <= 0 || (size & (size - 1)) !== 0)
        throw new Rejection(`dbPvdTableSize: ${size} is not a power of 2`);
      warn(noEffect("dbPvdTableSize", "tables, which grow as they need"));
    },
  }),
];
