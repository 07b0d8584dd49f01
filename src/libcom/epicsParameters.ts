/** EPICS's configuration parameters with their defaults; undefined where there is none. */
const defaults: Readonly<Record<string, string | undefined>> = {
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

/** Their names, in the order of EPICS Base. */
export const EPICS_PARAMETERS: readonly string[] = Object.keys(defaults);

/** A parameter as the environment sets it, else its default; undefined for a name that is none. */
export function epicsParameter(
  name: string,
  environment: NodeJS.ProcessEnv,
): { readonly value: string | undefined } | undefined {
  return name in defaults ? { value: environment[name] ?? defaults[name] } : undefined;
}
