import { escapeText } from "../../libcom/escape.js";
import type { Parameter, ParameterType, Port } from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";

const yesNo = (yes: boolean): string => (yes ? "Yes" : "No");
const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** Only texts go over lines that one may have to wait for. */
const canBlock = (port: Port): boolean => port.octet !== undefined;

/**
 * What asynReport says of one port: a line and those of its driver, from level 1 on its state and its parameters, from level 2 on its
 * interfaces. What asyn counts of locks, queues and users of exceptions has no counterpart here.
 */
export function portReport(ports: PortRegistry, port: Port, level: number): string[] {
  const { portName } = port;
  const { autoConnect, enabled } = ports.linkOf(port);
  const { mask, ioMask, infoMask } = ports.traceOf(port);
  const details = Math.abs(level);
  return [
    `${portName} multiDevice:No canBlock:${yesNo(canBlock(port))} autoConnect:${yesNo(autoConnect)}`,
    ...(details < 1
      ? []
      : [
          `    enabled:${yesNo(enabled)} connected:${yesNo(isConnected(port))} numberConnects ${port.numberConnects ?? 1}`,
          `    traceMask:${hex(mask)} traceIOMask:${hex(ioMask)} traceInfoMask:${hex(infoMask)}`,
        ]),
    ...(details < 2 ? [] : ["    interfaceList", ...interfacesOf(port).map((name) => `        ${name}`)]),
    ...(port.report?.(details) ?? parameterReport(port, details)),
  ];
}

function interfacesOf(port: Port): string[] {
  const names = port.parameterNames?.(0) ?? [];
  const types = names.flatMap((name) => port.parameter(name, 0)?.type ?? []);
  return [
    "asynCommon",
    ...(names.length === 0 ? [] : ["asynDrvUser"]),
    ...(port.options === undefined ? [] : ["asynOption"]),
    ...(port.octet === undefined ? [] : ["asynOctet"]),
    ...new Set(types.map((type) => `asyn${type}`)),
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

function parameterReport(port: Port, level: number): string[] {
  const first = `Port: ${port.portName}`;
  const names = port.parameterNames?.(0);
  if (level < 1) return [first];
  if (names === undefined) return [first, ...eosLines(port)];
  return [
    first,
    ...eosLines(port),
    "Parameter list 0",
    `Number of parameters is: ${names.length}`,
    ...names.map((name, index) => `Parameter ${index} ${parameterText(name, port.parameter(name, 0))}`),
  ];
}

const eosLines = ({ octet }: Port): string[] =>
  octet === undefined
    ? []
    : (["inputEos", "outputEos"] as const).map((which) => {
        const eos = octet[which] ?? "";
        return `  ${which === "inputEos" ? "Input" : "Output"} EOS[${eos.length}]: ${escapeText(eos)}`;
      });

const typeName = (type: ParameterType): string => (type === "Octet" ? "string" : `asyn${type}`);

/** asynStatus by its names, as a number. */
const STATUS = { Success: 0, Timeout: 1, Overflow: 2, Error: 3, Disconnected: 4, Disabled: 5 } as const;

function parameterText(name: string, parameter: Parameter | undefined): string {
  if (parameter === undefined) return `name=${name}`;
  const { type, value, status } = parameter;
  const start = `type=${typeName(type)}, name=${name}`;
  if (value === undefined) return `${start}, value is undefined`;
  if (typeof value === "object") return `${start}, value is a pointer`;
  return `${start}, value=${type === "UInt32Digital" ? hex(Number(value)) : value}, status=${STATUS[status]}`;
}
