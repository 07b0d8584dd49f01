import { defineCommand, string } from "../command.js";
import { globMatches } from "../glob.js";

/** EPICS's configuration parameters with their defaults; undefined where there is none. */
const parameters: Readonly<Record<string, string | undefined>> = {
  EPICS_BUILD_TARGET_ARCH: "linux-x86_64",
  EPICS_CA_ADDR_LIST: undefined,
  EPICS_CA_AUTO_ADDR_LIST: "YES",
  EPICS_CA_NAME_SERVERS: undefined,
  EPICS_CA_CONN_TMO: "30.0",
  EPICS_CA_REPEATER_PORT: "5065",
  EPICS_CA_SERVER_PORT: "5064",
  EPICS_CA_MAX_ARRAY_BYTES: "16384",
  EPICS_CA_AUTO_ARRAY_BYTES: "YES",
  EPICS_CA_BEACON_PERIOD: "15.0",
  EPICS_CA_MAX_SEARCH_PERIOD: "300.0",
  EPICS_CA_MCAST_TTL: "1",
  EPICS_CAS_BEACON_PERIOD: undefined,
  EPICS_CAS_BEACON_PORT: undefined,
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: undefined,
  EPICS_CAS_BEACON_ADDR_LIST: undefined,
  EPICS_CAS_SERVER_PORT: undefined,
  EPICS_CAS_INTF_ADDR_LIST: undefined,
  EPICS_CAS_IGNORE_ADDR_LIST: undefined,
  EPICS_IOC_IGNORE_SERVERS: undefined,
  EPICS_IOC_LOG_PORT: "7004",
  EPICS_ALLOW_POSIX_THREAD_PRIORITY_SCHEDULING: "YES",
  EPICS_TZ: "CST6CDT,M3.2.0/2,M11.1.0/2",
  EPICS_TS_NTP_INET: undefined,
  IOCSH_PS1: "epics> ",
  IOCSH_HISTSIZE: "50",
  IOCSH_HISTEDIT_DISABLE: undefined,
  EPICS_IOC_LOG_INET: undefined,
  EPICS_IOC_LOG_FILE_NAME: undefined,
  EPICS_IOC_LOG_FILE_COMMAND: undefined,
  EPICS_IOC_LOG_FILE_LIMIT: "1000000",
  EPICS_ABORT_ON_ASSERT: "NO",
};

const showParameters = (environment: NodeJS.ProcessEnv): readonly string[] =>
  Object.entries(parameters).map(([name, standard]) => {
    const value = environment[name] ?? standard;
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
