import { EPICS_PARAMETERS, epicsParameter } from "../../libcom/epicsParameters.js";
import { defineCommand, string } from "../command.js";
import { globMatches } from "../glob.js";

const showParameters = (environment: NodeJS.ProcessEnv): readonly string[] =>
  EPICS_PARAMETERS.map((name) => {
    const value = epicsParameter(name, environment)?.value;
    return value === undefined ? `${name} is undefined` : `${name}: ${value}`;
  });

const parameterCommand = (name: string) =>
  defineCommand({
    name,
    args: [],
    help: "Show EPICS's configuration parameters as the environment sets them.",
    run(_, { host, print }) {
      for (const line of showParameters(host.environment)) print(line);
    },
  });

export const environmentCommands = [
  defineCommand({
    name: "epicsEnvSet",
    args: [string("name"), string("value")],
    help: "Set an environment variable.",
    run([name, value], { shell, error }) {
      if (name === undefined) return error("Missing environment variable name argument.");
      if (value === undefined) return error("Missing environment variable value argument.");
      shell.setEnvironment(name, value);
    },
  }),
  defineCommand({
    name: "epicsEnvUnset",
    args: [string("name")],
    help: "Remove an environment variable.",
    run([name], { shell, error }) {
      if (name === undefined) return error("Missing environment variable name argument.");
      shell.setEnvironment(name, undefined);
    },
  }),
  defineCommand({
    name: "epicsEnvShow",
    args: [string("[name]")],
    help: "Show the environment variables that match a name or pattern, or all.",
    run([pattern = "*"], { host, print }) {
      const matching = Object.entries(host.environment).filter(([name]) => globMatches(pattern, name));
      for (const [name, value] of matching) print(`${name}=${value}`);
    },
  }),
  parameterCommand("epicsParamShow"),
  parameterCommand("epicsPrtEnvParams"),
];
