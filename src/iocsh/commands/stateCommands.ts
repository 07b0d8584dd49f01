import { defineCommand, int, string } from "../command.js";

const setTo = (name: string, value: boolean, help: string) =>
  defineCommand({
    name,
    args: [string("name")],
    help,
    run([state], { host, fail }) {
      if (state === undefined || !host.engine.states.set(state, value)) fail();
    },
  });

const shown = (value: boolean | undefined): string => (value === true ? "TRUE" : "FALSE");

export const stateCommands = [
  defineCommand({
    name: "dbStateCreate",
    args: [string("name")],
    help: "Make a state that is off, unless it is there.",
    run([name], { host, fail }) {
      if (name === undefined) return fail();
      if (host.engine.states.get(name) === undefined) host.engine.states.create(name);
    },
  }),
  setTo("dbStateSet", true, "Switch a state on."),
  setTo("dbStateClear", false, "Switch a state off."),
  defineCommand({
    name: "dbStateShow",
    args: [string("name"), int("level")],
    help: "Show whether a state is on; from level 1 on with its name.",
    run([name, level], { host, print, fail }) {
      const value = name === undefined ? undefined : host.engine.states.get(name);
      if (value === undefined) return fail();
      print(`${Number(level ?? 0) >= 1 ? `'${name}' : ` : ""}${shown(value)}`);
    },
  }),
  defineCommand({
    name: "dbStateShowAll",
    args: [int("level")],
    help: "Show all states.",
    run(_, { host, print }) {
      for (const name of host.engine.states.names())
        print(`'${name}' : ${shown(host.engine.states.get(name))}`);
    },
  }),
];
