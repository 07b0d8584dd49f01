import type { Result } from "../../libcom/result.js";
import type { AsynRecordDevice } from "../asynDevice.js";
import { type Asyn, deviceOf, type Io, postingChanges, setError } from "./asynStatus.js";

const YES_NO = ["Unknown", "N", "Y"];

const MENU_FIELDS = [
  "BAUD",
  "PRTY",
  "DBIT",
  "SBIT",
  "MCTL",
  "FCTL",
  "IXON",
  "IXOFF",
  "IXANY",
  "DRTO",
] as const;

interface MenuOption {
  readonly key: string;
  readonly choices: readonly string[];
}

const BAUD_RATES =
  "Unknown 300 600 1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 576000 921600 1152000";

/** The option that each menu is, and what the port calls its choices. */
const MENUS: Readonly<Record<(typeof MENU_FIELDS)[number], MenuOption>> = {
  BAUD: { key: "baud", choices: BAUD_RATES.split(" ") },
  PRTY: { key: "parity", choices: ["Unknown", "none", "even", "odd"] },
  DBIT: { key: "bits", choices: ["Unknown", "5", "6", "7", "8"] },
  SBIT: { key: "stop", choices: ["Unknown", "1", "2"] },
  MCTL: { key: "clocal", choices: ["Unknown", "Y", "N"] },
  FCTL: { key: "crtscts", choices: YES_NO },
  IXON: { key: "ixon", choices: YES_NO },
  IXOFF: { key: "ixoff", choices: YES_NO },
  IXANY: { key: "ixany", choices: YES_NO },
  DRTO: { key: "disconnectOnReadTimeout", choices: YES_NO },
};

const OPTION_FIELDS = [...MENU_FIELDS, "LBAUD", "HOSTINFO"] as const;
type OptionField = (typeof OPTION_FIELDS)[number];

const isOptionField = (field: string): field is OptionField => OPTION_FIELDS.some((each) => each === field);

/** Shows the port's options; nothing changes where it has none. */
export function showOptions(record: Asyn, io: Io, device: AsynRecordDevice): void {
  if (!device.supports("Option")) return;
  postingChanges(record, io, OPTION_FIELDS, () => {
    for (const field of MENU_FIELDS) {
      const { key, choices } = MENUS[field];
      record[field] = Math.max(0, choices.indexOf(device.option(key)));
    }
    record.LBAUD = Number.parseInt(device.option("baud"), 10) || 0;
    record.HOSTINFO = device.option("hostInfo");
  });
}

/** A put to an option, to the port; then the field shows what the port has made of it. */
export function putOption(record: Asyn, io: Io, field: string): boolean {
  if (!isOptionField(field)) return false;
  const device = deviceOf(io);
  if (device?.supports("Option") !== true) setError(record, io, "No asynOption interface", true);
  else {
    const set = setOption(record, device, field);
    if (!set.ok) setError(record, io, `Error setting option, ${set.error}`, true);
    showOptions(record, io, device);
  }
  return true;
}

function setOption(record: Asyn, device: AsynRecordDevice, field: OptionField): Result<void> {
  if (field === "LBAUD") return device.setOption("baud", String(record.LBAUD));
  if (field === "HOSTINFO") return device.setOption("hostInfo", record.HOSTINFO);
  const { key, choices } = MENUS[field];
  return device.setOption(key, choices[record[field]] ?? "");
}
