import { firstElement, type Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { Channel } from "../../channel/provider.js";
import type { Pv } from "../../records/pv.js";
import type { IocshHost } from "../host.js";
import { openPv, savedText, savedValueOf } from "./pvFields.js";
import type { SavedValue } from "./saveFile.js";

/** How long PVs of other IOCs are waited for. */
export const CONNECT_SECONDS = 5;

/** A PV of a save set, wherever it is. */
export interface SavedPv {
  readonly name: string;
  /** Is it looked for in other IOCs? */
  readonly isElsewhere: boolean;
  readonly connected: boolean;
  /** Resolves when it has a value. */
  readonly ready: Promise<void>;
  /** The present value as a save file writes it; undefined while it is not connected. */
  value(): SavedValue | undefined;
  /** Calls `listener` with each new value; returns what ends that. */
  watch(listener: (value: Value) => void): () => void;
  close(): void;
}

export type PvPlaces = Pick<IocshHost, "engine" | "otherIocs">;

/** Opens a PV of this IOC, else of another one. */
export function openSavedPv({ engine, otherIocs }: PvPlaces, name: string): SavedPv {
  const channel = openPv(engine, name);
  if (channel !== undefined) return localPv(name, channel);
  return otherIocs === undefined ? noPv(name) : remotePv(name, otherIocs.pv(name));
}

const localPv = (name: string, channel: Channel): SavedPv => ({
  name,
  isElsewhere: false,
  connected: true,
  ready: Promise.resolve(),
  value: () => savedValueOf(channel),
  watch: (listener) =>
    channel.subscribe(EventMask.VALUE | EventMask.LOG, ({ sample }) => listener(sample.value)),
  close: () => channel.close(),
});

const noPv = (name: string): SavedPv => ({
  name,
  isElsewhere: false,
  connected: false,
  ready: new Promise(() => undefined),
  value: () => undefined,
  watch: () => () => undefined,
  close: () => undefined,
});

function remotePv(name: string, pv: Pv): SavedPv {
  return {
    name,
    isElsewhere: true,
    get connected() {
      return pv.connected && pv.sample !== undefined;
    },
    ready: new Promise((resolve) => {
      const first = pv.sample$.subscribe({
        next: () => {
          resolve();
          queueMicrotask(() => first.unsubscribe());
        },
        error: () => undefined,
      });
    }),
    value() {
      const value = pv.connected ? pv.sample?.value : undefined;
      return value === undefined ? undefined : savedText(name, remoteType(value), value);
    },
    watch(listener) {
      // The present value comes first and is no change.
      let isFirst = pv.sample !== undefined;
      const watching = pv.sample$.subscribe({
        next: ({ value }) => {
          if (!isFirst) listener(value);
          isFirst = false;
        },
        error: () => undefined,
      });
      return () => watching.unsubscribe();
    },
    close: () => pv.close(),
  };
}

/** Numbers of another IOC arrive without saying what they are there: all digits are kept. */
function remoteType(value: Value): "DOUBLE" | "FLOAT" | "STRING" {
  if (value instanceof Float32Array) return "FLOAT";
  const first = firstElement(value);
  return typeof first === "number" ? "DOUBLE" : "STRING";
}

/** Writes a saved value to a PV of another IOC; rejects with a line that names it when it is not reached in time. */
export async function restoreElsewhere(pv: Pv, saved: SavedValue, timeoutSeconds: number): Promise<void> {
  try {
    await connectedWithin(pv, timeoutSeconds);
    await pv.writeNotify(writable(saved), { timeoutSeconds });
  } finally {
    pv.close();
  }
}

function writable(saved: SavedValue): Value {
  if (typeof saved === "string") return saved;
  const numbers = saved.map(Number);
  return numbers.some(Number.isNaN) ? saved : Float64Array.from(numbers);
}

function connectedWithin(pv: Pv, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      watching.unsubscribe();
      reject(new Error(`${pv.name}: no such record or field, and not found in other IOCs`));
    }, seconds * 1000);
    const watching = pv.connected$.subscribe((connected) => {
      if (!connected) return;
      clearTimeout(timer);
      resolve();
      queueMicrotask(() => watching.unsubscribe());
    });
  });
}
