import { failed, ok, type Result } from "../../libcom/result.js";
import { TELNET, TelnetReader, telnetData, telnetOption, telnetSubnegotiation } from "./telnet.js";

const TRANSMIT_BINARY = 0;
const COM_PORT_OPTION = 44;

/** RFC 2217's requests; an answer has 100 more. */
const REQUEST = { baud: 1, bits: 2, parity: 3, stop: 4, control: 5, modemStateMask: 11 } as const;
const ANSWER = 100;

const PARITIES: readonly string[] = ["none", "odd", "even", "mark", "space"];
const FLOW = { none: 1, xonXoff: 2, hardware: 3 } as const;
const BREAK = { on: 5, off: 6 } as const;
const BREAK_MILLISECONDS = 250;

/** The line behind a terminal server, in RFC 2217's numbers. */
interface LineSettings {
  readonly baud: number;
  readonly bits: number;
  readonly parity: number;
  readonly stop: number;
  readonly control: number;
}

type Setting = keyof LineSettings;

const SETTINGS: readonly Setting[] = ["baud", "bits", "parity", "stop", "control"];

interface LineOption {
  readonly setting: Setting;
  show(value: number): string;
  parse(text: string): Result<number>;
}

const wholeNumber = (text: string): Result<number> => {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? failed("Bad number") : ok(number);
};

const flowOption = (flow: number, complaint: string): LineOption => ({
  setting: "control",
  show: (value) => (value === flow ? "Y" : "N"),
  parse: (text) => (/^[yn]$/i.test(text) ? ok(/y/i.test(text) ? flow : FLOW.none) : failed(complaint)),
});

/** By asyn's names in small letters, with its complaints. */
const OPTIONS: Readonly<Record<string, LineOption>> = {
  baud: { setting: "baud", show: String, parse: wholeNumber },
  bits: { setting: "bits", show: String, parse: wholeNumber },
  parity: {
    setting: "parity",
    show: (value) => PARITIES[value - 1] ?? "",
    parse: (text) => {
      const index = PARITIES.indexOf(text.toLowerCase());
      return index < 0 ? failed("Invalid parity selection") : ok(index + 1);
    },
  },
  stop: {
    setting: "stop",
    show: String,
    parse: (text) => {
      const bits = Number.parseFloat(text);
      if (Number.isNaN(bits)) return failed("Bad number");
      return bits === 1 || bits === 2 ? ok(bits) : failed("Bad stop bit count");
    },
  },
  crtscts: flowOption(FLOW.hardware, "Bad value"),
  ixon: flowOption(FLOW.xonXoff, "Bad option value"),
};

const bytesOf = (setting: Setting, value: number): number[] =>
  setting === "baud" ? [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff) : [value & 0xff];

/**
 * The serial line behind a terminal server (RFC 2217), as asynInterposeCOM: data and commands share one connection, the line is set up
 * when the connection is made, and by options. asyn waits for each answer; here a setting that the server did not take is told later.
 */
export class ComPortControl {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #complain: (message: string) => void;
  readonly #reader = new TelnetReader({
    option: (command, option) => this.#answered(command, option),
    subnegotiation: (option, payload) => this.#told(option, payload),
  });
  /** What the server was asked for and has not answered. */
  readonly #asked: Record<Setting, number[]> = { baud: [], bits: [], parity: [], stop: [], control: [] };
  #settings: LineSettings = { baud: 9600, bits: 8, parity: 1, stop: 1, control: FLOW.none };
  #breaks = false;

  constructor(to: { send(bytes: Uint8Array): void; complain(message: string): void }) {
    this.#send = (bytes) => to.send(bytes);
    this.#complain = (message) => to.complain(message);
  }

  /** A connection was made: agrees on the protocol and sets the line up. */
  begin(): void {
    this.#send(telnetOption(TELNET.DO, TRANSMIT_BINARY));
    this.#send(telnetOption(TELNET.WILL, TRANSMIT_BINARY));
    this.#send(telnetOption(TELNET.WILL, COM_PORT_OPTION));
    this.#send(telnetSubnegotiation(COM_PORT_OPTION, [REQUEST.modemStateMask, 0]));
    for (const setting of SETTINGS) {
      this.#asked[setting].length = 0;
      this.#ask(setting, this.#settings[setting]);
    }
  }

  /** Data as they are sent. */
  encode(data: Uint8Array): Uint8Array {
    return telnetData(data);
  }

  /** The data within what came. */
  decode(bytes: Uint8Array): Buffer {
    return this.#reader.read(bytes);
  }

  /** Undefined for a name that is none of the line's. */
  option(key: string): Result<string> | undefined {
    if (key.toLowerCase() === "break") return ok(this.#breaks ? "on" : "off");
    const option = OPTIONS[key.toLowerCase()];
    return option === undefined ? undefined : ok(option.show(this.#settings[option.setting]));
  }

  /** Undefined for a name that is none of the line's. */
  setOption(key: string, text: string): Result<void> | undefined {
    if (key.toLowerCase() === "break") return this.#setBreak(text.toLowerCase());
    const option = OPTIONS[key.toLowerCase()];
    if (option === undefined) return undefined;
    const value = option.parse(text);
    if (!value.ok) return value;
    this.#settings = { ...this.#settings, [option.setting]: value.value };
    this.#ask(option.setting, value.value);
    return ok(undefined);
  }

  /** `on`, `off`, or for so many milliseconds. */
  #setBreak(text: string): Result<void> {
    if (text === "on" || text === "off") this.#break(text === "on");
    else {
      const milliseconds = text === "" ? BREAK_MILLISECONDS : Number.parseInt(text, 10);
      if (Number.isNaN(milliseconds)) return failed("Bad number");
      this.#break(true);
      setTimeout(() => this.#break(false), milliseconds || BREAK_MILLISECONDS).unref();
    }
    return ok(undefined);
  }

  #break(on: boolean): void {
    if (on === this.#breaks) return;
    this.#breaks = on;
    this.#ask("control", on ? BREAK.on : BREAK.off);
  }

  #ask(setting: Setting, value: number): void {
    this.#asked[setting].push(value);
    this.#send(telnetSubnegotiation(COM_PORT_OPTION, [REQUEST[setting], ...bytesOf(setting, value)]));
  }

  /** The server agrees or refuses to speak RFC 2217; what else it offers is of no use here. */
  #answered(command: number, option: number): void {
    const refuses = command === TELNET.DONT || command === TELNET.WONT;
    if (refuses && (option === COM_PORT_OPTION || option === TRANSMIT_BINARY))
      this.#complain(`Device says ${command === TELNET.DONT ? "DON'T" : "WON'T"} 0x${option.toString(16)}.`);
  }

  #told(option: number, [answer = 0, ...payload]: readonly number[]): void {
    const setting = SETTINGS.find((each) => REQUEST[each] + ANSWER === answer);
    if (option !== COM_PORT_OPTION || setting === undefined) return;
    const value = payload.reduce((sum, byte) => sum * 256 + byte, 0);
    const wanted = this.#asked[setting].shift();
    if (wanted === undefined || value === wanted) return;
    this.#settings = { ...this.#settings, [setting]: value };
    this.#complain(`Tried to set ${setting} ${wanted}, actually set ${value}.`);
  }
}
