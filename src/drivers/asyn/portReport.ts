import type { Parameter, ParameterType, Port } from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";

const yesNo = (yes: boolean): string => (yes ? "Yes" : "No");
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Only texts go over lines that one may have to wait for. */
const canBlock = (port: Port): boolean => port.octet !== undefined;

/** What asynReport says of one port: a line, from level 1 on its state and its parameters. */
export function portReport(ports: PortRegistry, port: Port, level: number): string[] {
  const { portName } = port;
  const { autoConnect, enabled } = ports.linkOf(port);
  const trace = ports.traceOf(port);
  const first = `${portName} multiDevice:No canBlock:${yesNo(canBlock(port))} autoConnect:${yesNo(autoConnect)}`;
  const driver =
    port.label === undefined
      ? `Port: ${portName}`
      : `${port.label}: ${isConnected(port) ? "Connected" : "Disconnected"}`;
  if (level < 1) return [first, driver];
  return [
    first,
    `    enabled:${yesNo(enabled)} connected:${yesNo(isConnected(port))}`,
    `    traceMask:${hex(trace.mask)} traceIOMask:${hex(trace.ioMask)} traceInfoMask:${hex(trace.infoMask)}`,
    driver,
    ...eosLines(port),
    ...parameterLines(port),
  ];
}

function isConnected(port: Port): boolean {
  let present = false;
  port.connected$
    .subscribe((connected) => {
      present = connected;
    })
    .unsubscribe();
  return present;
}

const eosLines = ({ octet }: Port): string[] =>
  octet === undefined
    ? []
    : [
        `  Input EOS[${octet.inputEos?.length ?? 0}]: ${JSON.stringify(octet.inputEos ?? "").slice(1, -1)}`,
        `  Output EOS[${octet.outputEos?.length ?? 0}]: ${JSON.stringify(octet.outputEos ?? "").slice(1, -1)}`,
      ];

function parameterLines(port: Port): string[] {
  const names = port.parameterNames?.(0);
  if (names === undefined) return [];
  return [
    "Parameter list 0",
    `Number of parameters is: ${names.length}`,
    ...names.map((name, index) => `Parameter ${index} ${parameterText(name, port.parameter(name, 0))}`),
  ];
}

const typeName = (type: ParameterType): string => (type === "Octet" ? "string" : `asyn${type}`);

function parameterText(name: string, parameter: Parameter | undefined): string {
  if (parameter === undefined) return `name=${name}`;
  const { type, value, status } = parameter;
  const start = `type=${typeName(type)}, name=${name}`;
  if (value === undefined) return `${start}, value is undefined`;
  if (typeof value === "object") return `${start}, value is a pointer`;
  return `${start}, value=${type === "UInt32Digital" ? hex(Number(value)) : value}, status=${status}`;
}
