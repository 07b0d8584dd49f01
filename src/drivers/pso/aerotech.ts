import type { CountWindow, PositionSynchronizedOutput } from "./positionOutput.js";

/** First character of every reply of an Ensemble or A3200 controller. */
const REPLY = { success: "%", invalid: "!", fault: "#" } as const;

/** What one axis's position-synchronised output was told. */
interface AxisSettings {
  distanceCounts: number;
  window: CountWindow | undefined;
  windowMasksOutput: boolean;
}

export interface AerotechAxis {
  readonly output: PositionSynchronizedOutput;
  readonly countsPerUnit: number;
}

type Handler = (controller: AerotechController, match: RegExpExecArray) => string;

/** A number as AeroBasic writes it: 5, -5, 0.1, .5, 11840158. */
const NUMBER = "([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:E[-+]?\\d+)?)";
const AXIS = "([A-Z]\\w*)";

const command = (pattern: string, handler: Handler) => ({
  pattern: new RegExp(`^${pattern.replaceAll(" ", "\\s+")}$`, "i"),
  handler,
});

const accepted = () => REPLY.success;

/** The strings that a tomography server sends (Ensemble and A3200 forms), and what they do. */
const commands: readonly { pattern: RegExp; handler: Handler }[] = [
  command(`PSOCONTROL ${AXIS} RESET`, (c, m) =>
    c.withAxis(m, (axis, settings) => {
      axis.output.disarm();
      Object.assign(settings, initialSettings());
    }),
  ),
  command(`PSOCONTROL ${AXIS} ARM`, (c, m) =>
    c.withAxis(m, ({ output }, { distanceCounts, window, windowMasksOutput }) =>
      output.arm({ distanceCounts, window: windowMasksOutput ? window : undefined }),
    ),
  ),
  command(`PSOCONTROL ${AXIS} OFF`, (c, m) => c.withAxis(m, ({ output }) => output.disarm())),
  command(`PSOOUTPUT ${AXIS} CONTROL \\d+(?: \\d+)?`, (c, m) => c.withAxis(m, () => {})),
  command(`PSOOUTPUT ${AXIS} PULSE WINDOW MASK`, (c, m) =>
    c.withAxis(m, (_axis, settings) => {
      settings.windowMasksOutput = true;
    }),
  ),
  command(`PSOOUTPUT ${AXIS} PULSE`, (c, m) =>
    c.withAxis(m, (_axis, settings) => {
      settings.windowMasksOutput = false;
    }),
  ),
  command(`PSOPULSE ${AXIS} TIME ${NUMBER}\\s*,\\s*${NUMBER}`, (c, m) => c.withAxis(m, () => {})),
  command(`PSOTRACK ${AXIS} INPUT \\d+`, (c, m) => c.withAxis(m, () => {})),
  command(`PSODISTANCE ${AXIS} FIXED ${NUMBER}`, (c, m) =>
    Number(m[2]) === 0
      ? REPLY.invalid
      : c.withAxis(m, (_axis, settings) => {
          settings.distanceCounts = Math.abs(Number(m[2]));
        }),
  ),
  command(`PSOWINDOW ${AXIS} \\d+ INPUT \\d+`, (c, m) => c.withAxis(m, () => {})),
  command(`PSOWINDOW ${AXIS} \\d+ RANGE ${NUMBER}\\s*,\\s*${NUMBER}`, (c, m) =>
    c.withAxis(m, (_axis, settings) => {
      settings.window = { from: Number(m[2]), to: Number(m[3]) };
    }),
  ),
  command(`PSOWINDOW ${AXIS}(?: \\d+)? OFF`, (c, m) =>
    c.withAxis(m, (_axis, settings) => {
      settings.window = undefined;
    }),
  ),
  command(`UNITSTOCOUNTS\\(\\s*${AXIS}\\s*,\\s*${NUMBER}\\s*\\)`, (c, m) => {
    const axis = c.axis(m[1] ?? "");
    return axis === undefined ? REPLY.invalid : `${REPLY.success}${axis.countsPerUnit * Number(m[2])}`;
  }),
  command(`IGLOBAL\\(\\s*(\\d+)\\s*\\)`, (c) => `${REPLY.success}${c.firstPulseCounts()}`),
  command(`PROGRAM RUN \\d+\\s*,\\s*"[^"]*"`, accepted),
  command(`PROGRAM STOP \\d+`, accepted),
  command(`ROUND\\(\\s*${NUMBER}\\s*\\)`, (_c, m) => `${REPLY.success}${Math.round(Number(m[1]))}`),
];

const initialSettings = (): AxisSettings => ({
  distanceCounts: 1,
  window: undefined,
  windowMasksOutput: false,
});

/** An Aerotech motion controller as its ASCII interface shows it: one command in, one line out, terminators not included. */
export class AerotechController {
  readonly #axes: ReadonlyMap<string, AerotechAxis>;
  readonly #settings = new Map<string, AxisSettings>();

  constructor(axes: Readonly<Record<string, AerotechAxis>>) {
    this.#axes = new Map(Object.entries(axes).map(([name, axis]) => [name.toUpperCase(), axis]));
  }

  /** Carries out a command and returns the reply: a status character, then a value where the command has one. */
  execute(text: string): string {
    const trimmed = text.trim();
    for (const { pattern, handler } of commands) {
      const match = pattern.exec(trimmed);
      if (match !== null) return handler(this, match);
    }
    return REPLY.invalid;
  }

  axis(name: string): AerotechAxis | undefined {
    return this.#axes.get(name.toUpperCase());
  }

  /** Encoder reading of the first pulse since arming, which the data acquisition programs leave in IGLOBAL(0). */
  firstPulseCounts(): number {
    for (const { output } of this.#axes.values())
      if (output.firstPulse !== undefined) return output.countsAt(output.firstPulse.position);
    return 0;
  }

  withAxis(match: RegExpExecArray, action: (axis: AerotechAxis, settings: AxisSettings) => void): string {
    const name = (match[1] ?? "").toUpperCase();
    const axis = this.#axes.get(name);
    if (axis === undefined) return REPLY.invalid;
    const settings = this.#settings.get(name) ?? initialSettings();
    this.#settings.set(name, settings);
    action(axis, settings);
    return REPLY.success;
  }
}
