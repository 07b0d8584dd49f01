import { failed, ok, type Result } from "../../libcom/result.js";

/** How a serial line is set up; asyn's defaults. */
export interface SerialSettings {
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
  readonly rtscts: boolean;
  /** XON and XOFF of output and of input, and whether any character ends a pause. */
  readonly xon: boolean;
  readonly xoff: boolean;
  readonly xany: boolean;
}

export const SERIAL_DEFAULTS: SerialSettings = {
  baudRate: 9600,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
};

/** One option of asyn's serial port: how it is shown, and what a text changes. */
interface SerialOption {
  show(settings: SerialSettings): string;
  change(text: string): Result<Partial<SerialSettings>>;
}

const BAUD_RATES = new Set([
  50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 28800, 38400, 57600, 115200,
  230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000,
  4000000,
]);

const DATA_BITS = [5, 6, 7, 8] as const;
const STOP_BITS = [1, 2] as const;
const PARITIES = ["none", "even", "odd"] as const;

const flag = (key: string, name: "rtscts" | "xon" | "xoff" | "xany"): readonly [string, SerialOption] => [
  key,
  {
    show: (settings) => (settings[name] ? "Y" : "N"),
    change: (text) =>
      /^[yn]$/i.test(text) ? ok({ [name]: /y/i.test(text) }) : failed(`Invalid ${key} value.`),
  },
];

/** By asyn's names in small letters. */
const OPTIONS: ReadonlyMap<string, SerialOption> = new Map<string, SerialOption>([
  [
    "baud",
    {
      show: ({ baudRate }) => String(baudRate),
      change: (text) => {
        const baudRate = Number.parseInt(text, 10);
        if (Number.isNaN(baudRate)) return failed("Bad number");
        return BAUD_RATES.has(baudRate)
          ? ok({ baudRate })
          : failed(`Unsupported data rate (${baudRate} baud)`);
      },
    },
  ],
  [
    "bits",
    {
      show: ({ dataBits }) => String(dataBits),
      change: (text) => {
        const dataBits = DATA_BITS.find((bits) => String(bits) === text);
        return dataBits === undefined ? failed("Invalid number of bits.") : ok({ dataBits });
      },
    },
  ],
  [
    "parity",
    {
      show: ({ parity }) => parity,
      change: (text) => {
        const parity = PARITIES.find((each) => each === text.toLowerCase());
        return parity === undefined ? failed("Invalid parity.") : ok({ parity });
      },
    },
  ],
  [
    "stop",
    {
      show: ({ stopBits }) => String(stopBits),
      change: (text) => {
        const stopBits = STOP_BITS.find((bits) => String(bits) === text);
        return stopBits === undefined ? failed("Invalid number of stop bits.") : ok({ stopBits });
      },
    },
  ],
  [
    "clocal",
    {
      // The library always opens lines so.
      show: () => "Y",
      change: (text) => {
        if (/^y$/i.test(text)) return ok({});
        return failed(/^n$/i.test(text) ? "clocal N is not supported" : "Invalid clocal value.");
      },
    },
  ],
  flag("crtscts", "rtscts"),
  flag("ixon", "xon"),
  flag("ixoff", "xoff"),
  flag("ixany", "xany"),
]);

const optionOf = (key: string): Result<SerialOption> => {
  const option = OPTIONS.get(key.toLowerCase());
  return option === undefined ? failed(`Unsupported key "${key}"`) : ok(option);
};

export function serialOption(settings: SerialSettings, key: string): Result<string> {
  const option = optionOf(key);
  return option.ok ? ok(option.value.show(settings)) : option;
}

/** The settings with one option changed. */
export function withSerialOption(
  settings: SerialSettings,
  key: string,
  text: string,
): Result<SerialSettings> {
  const option = optionOf(key);
  if (!option.ok) return option;
  const change = option.value.change(text);
  return change.ok ? ok({ ...settings, ...change.value }) : change;
}
