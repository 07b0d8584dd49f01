import type { ByteReader } from "./byteReader.js";
import type { ByteWriter } from "./byteWriter.js";

const STATUS_KINDS = ["ok", "warning", "error", "fatal"] as const;

/** How a request went. A warning is a success with something to say. */
export interface PvStatus {
  readonly kind: (typeof STATUS_KINDS)[number];
  readonly message: string;
}

export const STATUS_OK: PvStatus = { kind: "ok", message: "" };

export const statusError = (message: string): PvStatus => ({ kind: "error", message });

export const isSuccess = (status: PvStatus): boolean => status.kind === "ok" || status.kind === "warning";

const PLAIN_OK = 0xff;

export function encodeStatus(out: ByteWriter, status: PvStatus): void {
  if (status.kind === "ok" && status.message === "") out.u8(PLAIN_OK);
  else out.u8(STATUS_KINDS.indexOf(status.kind)).string(status.message).string("");
}

export function decodeStatus(input: ByteReader): PvStatus {
  const code = input.u8();
  if (code === PLAIN_OK) return STATUS_OK;
  const message = input.string();
  input.string(); // the server's call tree: of no use here
  return { kind: STATUS_KINDS[code] ?? "fatal", message };
}
