import { array, double, long, menu, noAccess, string, uchar, ulong } from "../fieldSpec.js";
import { defineMenu } from "../menu.js";

export const asynTMOD = defineMenu("asynTMOD", {
  WriteRead: "Write/Read",
  Write: "Write",
  Read: "Read",
  Flush: "Flush",
  NoIO: "NoI/O",
});
export const asynINTERFACE = defineMenu("asynINTERFACE", {
  OCTET: "asynOctet",
  INT32: "asynInt32",
  UINT32: "asynUInt32Digital",
  FLOAT64: "asynFloat64",
});
export const asynFMT = defineMenu("asynFMT", { ASCII: "ASCII", Hybrid: "Hybrid", Binary: "Binary" });
const asynTRACE = defineMenu("asynTRACE", { Off: "Off", On: "On" });
const asynAUTOCONNECT = defineMenu("asynAUTOCONNECT", {
  noAutoConnect: "noAutoConnect",
  autoConnect: "autoConnect",
});
const asynCONNECT = defineMenu("asynCONNECT", { Disconnect: "Disconnect", Connect: "Connect" });
const asynENABLE = defineMenu("asynENABLE", { Disable: "Disable", Enable: "Enable" });
const asynEOMREASON = defineMenu("asynEOMREASON", {
  None: "None",
  CNT: "Count",
  EOS: "Eos",
  CNTEOS: "Count Eos",
  END: "End",
  CNTEND: "Count End",
  EOSEND: "Eos End",
  CNTEOSEND: "Count Eos End",
});

const choices = (menuName: string, ...texts: string[]) => ({ menuName, choices: texts });
const serialBAUD = choices(
  "serialBAUD",
  ..."Unknown 300 600 1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 576000 921600 1152000".split(
    " ",
  ),
);
const serialPRTY = choices("serialPRTY", "Unknown", "None", "Even", "Odd");
const serialDBIT = choices("serialDBIT", "Unknown", "5", "6", "7", "8");
const serialSBIT = choices("serialSBIT", "Unknown", "1", "2");
const serialMCTL = choices("serialMCTL", "Unknown", "CLOCAL", "YES");
const serialFCTL = choices("serialFCTL", "Unknown", "None", "Hardware");
const serialIX = choices("serialIX", "Unknown", "No", "Yes");
const ipDRTO = choices("ipDRTO", "Unknown", "No", "Yes");
const gpibUCMD = choices(
  "gpibUCMD",
  "None",
  "Device Clear (DCL)",
  "Local Lockout (LL0)",
  "Serial Poll Disable (SPD)",
  "Serial Poll Enable (SPE)",
  "Unlisten (UNL)",
  "Untalk (UNT)",
);
const gpibACMD = choices(
  "gpibACMD",
  "None",
  "Group Execute Trig. (GET)",
  "Go To Local (GTL)",
  "Selected Dev. Clear (SDC)",
  "Take Control (TCT)",
  "Serial Poll",
);

const mod = { special: "mod" } as const;
const shown = { special: "nomod" } as const;
const trace = (prompt: string) => menu(asynTRACE, { ...mod, interest: 1, prompt });
const option = <M extends typeof serialBAUD>(choice: M, prompt: string) =>
  menu(choice, { ...mod, interest: 2, prompt });

/** Fields of asyn's record. */
export const asynFields = {
  VAL: long({ asl: 0, interest: 4, prompt: "Value field (unused)" }),
  PORT: string(40, { ...mod, interest: 1, prompt: "asyn port" }),
  ADDR: long({ ...mod, interest: 1, prompt: "asyn address" }),
  PCNCT: menu(asynCONNECT, { ...mod, interest: 2, prompt: "Port Connect/Disconnect" }),
  DRVINFO: string(40, { ...mod, interest: 2, prompt: "Driver info string" }),
  REASON: long({ ...mod, interest: 2, prompt: "asynUser->reason" }),
  TMOD: menu(asynTMOD, { interest: 1, prompt: "Transaction mode" }),
  TMOT: double({ interest: 1, initial: "1.0", prompt: "Timeout (sec)" }),
  IFACE: menu(asynINTERFACE, { ...mod, interest: 2, prompt: "Interface" }),
  OCTETIV: long({ interest: 2, prompt: "asynOctet is valid" }),
  OPTIONIV: long({ interest: 2, prompt: "asynOption is valid" }),
  GPIBIV: long({ interest: 2, prompt: "asynGPIB is valid" }),
  I32IV: long({ interest: 2, prompt: "asynInt32 is valid" }),
  UI32IV: long({ interest: 2, prompt: "asynUInt32Digital is valid" }),
  F64IV: long({ interest: 2, prompt: "asynFloat64 is valid" }),
  AOUT: string(40, { pp: true, interest: 1, prompt: "Output (command) string" }),
  OEOS: string(40, { ...mod, interest: 1, prompt: "Output delimiter" }),
  BOUT: array({ special: "dbaddr", pp: true, interest: 1, prompt: "Output binary data" }),
  OPTR: noAccess({ ...shown, interest: 4, prompt: "Output buffer pointer" }),
  OMAX: long({ ...shown, interest: 1, initial: "80", prompt: "Max. size of output array" }),
  NOWT: long({ interest: 1, initial: "80", prompt: "Number of bytes to write" }),
  NAWT: long({ interest: 1, prompt: "Number of bytes actually written" }),
  OFMT: menu(asynFMT, { interest: 1, prompt: "Output format" }),
  AINP: string(40, { ...shown, interest: 1, prompt: "Input (response) string" }),
  TINP: string(40, { ...shown, asl: 0, interest: 1, prompt: "Translated input string" }),
  IEOS: string(40, { ...mod, interest: 1, prompt: "Input Delimiter" }),
  BINP: array({ special: "dbaddr", asl: 0, prompt: "Input binary data" }),
  IPTR: noAccess({ ...shown, interest: 4, prompt: "Input buffer pointer" }),
  IMAX: long({ ...shown, interest: 1, initial: "80", prompt: "Max. size of input array" }),
  NRRD: long({ interest: 1, prompt: "Number of bytes to read" }),
  NORD: long({ ...shown, interest: 1, prompt: "Number of bytes read" }),
  IFMT: menu(asynFMT, { interest: 1, prompt: "Input format" }),
  EOMR: menu(asynEOMREASON, { ...shown, interest: 1, prompt: "EOM reason" }),
  I32INP: long({ ...shown, interest: 2, prompt: "asynInt32 input" }),
  I32OUT: long({ interest: 2, pp: true, prompt: "asynInt32 output" }),
  UI32INP: ulong({ ...shown, interest: 2, prompt: "asynUInt32Digital input" }),
  UI32OUT: ulong({ interest: 2, pp: true, prompt: "asynUInt32Digital output" }),
  UI32MASK: ulong({ ...mod, interest: 2, initial: "0xffffffff", prompt: "asynUInt32Digital mask" }),
  F64INP: double({ ...shown, interest: 2, prompt: "asynFloat64 input" }),
  F64OUT: double({ interest: 2, pp: true, prompt: "asynFloat64 output" }),
  BAUD: option(serialBAUD, "Baud rate"),
  LBAUD: long({ ...mod, interest: 2, prompt: "Baud rate" }),
  PRTY: option(serialPRTY, "Parity"),
  DBIT: option(serialDBIT, "Data bits"),
  SBIT: option(serialSBIT, "Stop bits"),
  MCTL: option(serialMCTL, "Modem control"),
  FCTL: option(serialFCTL, "Flow control"),
  IXON: option(serialIX, "Output XON/XOFF"),
  IXOFF: option(serialIX, "Input XON/XOFF"),
  IXANY: option(serialIX, "XON=any character"),
  HOSTINFO: string(40, { ...mod, interest: 1, prompt: "host info" }),
  DRTO: option(ipDRTO, "Disconnect on timeout"),
  UCMD: menu(gpibUCMD, { pp: true, interest: 2, prompt: "Universal command" }),
  ACMD: menu(gpibACMD, { pp: true, interest: 2, prompt: "Addressed command" }),
  SPR: uchar({ ...shown, interest: 2, prompt: "Serial poll response" }),
  TMSK: long({ ...mod, interest: 1, prompt: "Trace mask" }),
  TB0: trace("Trace error"),
  TB1: trace("Trace IO device"),
  TB2: trace("Trace IO filter"),
  TB3: trace("Trace IO driver"),
  TB4: trace("Trace flow"),
  TB5: trace("Trace warning"),
  TIOM: long({ ...mod, interest: 1, prompt: "Trace I/O mask" }),
  TIB0: trace("Trace IO ASCII"),
  TIB1: trace("Trace IO escape"),
  TIB2: trace("Trace IO hex"),
  TINM: long({ ...mod, interest: 1, prompt: "Trace Info mask" }),
  TINB0: trace("Trace Info Time"),
  TINB1: trace("Trace Info Port"),
  TINB2: trace("Trace Info Source"),
  TINB3: trace("Trace Info Thread"),
  TSIZ: long({ ...mod, interest: 1, prompt: "Trace IO truncate size" }),
  TFIL: string(40, { ...mod, interest: 1, prompt: "Trace IO file" }),
  AUCT: menu(asynAUTOCONNECT, { ...mod, interest: 1, prompt: "Autoconnect" }),
  CNCT: menu(asynCONNECT, { ...mod, interest: 1, prompt: "Connect/Disconnect" }),
  ENBL: menu(asynENABLE, { ...mod, interest: 1, prompt: "Enable/Disable" }),
  ERRS: array({ special: "dbaddr", interest: 4, prompt: "Error string" }),
  AQR: uchar({ ...mod, interest: 4, prompt: "Abort queueRequest" }),
};
