import { EMPTY } from "rxjs";
import { epicsParameter } from "../../libcom/epicsParameters.js";
import type { AttachedDevice, DeviceRecord, DeviceSupport } from "../../records/deviceSupport.js";
import { type GroupName, type StatSources, type Stats, statsOf } from "./statValues.js";

const STRING_BYTES = 39;

/** Names with a number at the end are parts of a text that is too long for one string. */
const PART = /^(startup_script_|bootline_|pwd)([1-6])$/;

const unknown = (parameters: string): Error => new Error(`"${parameters}" is not known`);

function input(record: DeviceRecord, store: () => void): Required<Pick<AttachedDevice, "read">> {
  return {
    read() {
      store();
      record.setField("UDF", 0);
      return "noConvert";
    },
  };
}

function attachNumber({ numbers, groups }: Stats, record: DeviceRecord, name: string): AttachedDevice {
  const number = numbers[name];
  if (number === undefined) throw unknown(name);
  const device = input(record, () => record.setField("VAL", number.read()));
  return { ...device, ioIntr$: number.group === undefined ? EMPTY : groups[number.group].measured$ };
}

const RATES: Readonly<Record<string, GroupName>> = {
  memory_scan_rate: "memory",
  cpu_scan_rate: "cpu",
  fd_scan_rate: "fd",
  ca_scan_rate: "ca",
  queue_scan_rate: "queue",
};

/** How often the values of a group are measured. */
function attachRate({ groups }: Stats, record: DeviceRecord, name: string): AttachedDevice {
  const groupName = RATES[name];
  if (groupName === undefined) throw unknown(name);
  const group = groups[groupName];
  if (Number(record.getField("VAL")) === 0) record.setField("VAL", group.seconds);
  return {
    write() {
      const seconds = Number(record.getField("VAL"));
      if (seconds > 0) group.seconds = seconds;
      else record.setField("VAL", group.seconds);
      record.setField("UDF", 0);
    },
  };
}

function attachText({ texts }: Stats, record: DeviceRecord, name: string): AttachedDevice {
  const [, base, part] = PART.exec(name) ?? [];
  const text = texts[base?.replace(/_$/, "") ?? name];
  if (text === undefined) throw unknown(name);
  const start = part === undefined ? 0 : (Number(part) - 1) * STRING_BYTES;
  return input(record, () => {
    const bytes = Buffer.from(text()).subarray(start, start + STRING_BYTES);
    record.setField("VAL", bytes.toString());
  });
}

function attachLongText({ texts }: Stats, record: DeviceRecord, name: string): AttachedDevice {
  const text = texts[name];
  if (text === undefined) throw unknown(name);
  return input(record, () => {
    const most = Number(record.getField("NELM"));
    const bytes = Buffer.from(`${text()}\0`).subarray(0, most);
    record.setField("VAL", new Int8Array(bytes));
  });
}

type Attach = (stats: Stats, record: DeviceRecord, name: string) => AttachedDevice;

const ATTACH: Readonly<Record<string, Attach>> = {
  ai: attachNumber,
  ao: attachRate,
  stringin: attachText,
  waveform: attachLongText,
};

const CLUSTER = /^clust_info [01] \d+ [0-3]$/;

/** devIocStats's device supports: what an IOC, its process and its host are and do. */
export function iocStatsSupports(sources: StatSources): readonly DeviceSupport[] {
  const stats = statsOf(sources);
  const statsAs = (dtyp: string, recordTypes: readonly string[]): DeviceSupport => ({
    dtyp,
    recordTypes,
    attach(record, parameters) {
      const attach = ATTACH[record.recordType];
      if (attach === undefined) throw unknown(parameters);
      return attach(stats, record, parameters);
    },
  });
  /** Network buffers of real-time systems, which a process here does not have. */
  const clustersAs = (dtyp: string): DeviceSupport => ({
    dtyp,
    recordTypes: ["ai"],
    attach(record, parameters) {
      if (!CLUSTER.test(parameters)) throw unknown(parameters);
      return input(record, () => record.setField("VAL", 0));
    },
  });
  return [
    statsAs("IOC stats", ["ai", "ao", "stringin", "waveform"]),
    statsAs("VX stats", ["ai", "ao", "stringin"]),
    clustersAs("IOC stats clusts"),
    clustersAs("VX stats clusts"),
    {
      dtyp: "IOC env var",
      recordTypes: ["stringin"],
      attach: (record, name) =>
        input(record, () => record.setField("VAL", sources.environment[name] ?? "<not available>")),
    },
    {
      dtyp: "IOC epics var",
      recordTypes: ["stringin"],
      attach(record, name) {
        const parameter = epicsParameter(name, sources.environment);
        if (parameter === undefined) throw unknown(name);
        return input(record, () =>
          record.setField("VAL", epicsParameter(name, sources.environment)?.value ?? ""),
        );
      },
    },
  ];
}
