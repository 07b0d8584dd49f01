import { tap } from "rxjs";
import { textToChars, toText } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { unescapeText } from "../../libcom/escape.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  ReadOutcome,
} from "../../records/deviceSupport.js";
import { raiseAlarm } from "./asynAlarm.js";
import { AsynError, type OctetInterface, type OctetOptions } from "./portDriver.js";
import type { RecordBinding } from "./recordBinding.js";

/** A record that exchanges text with a device, without a parameter. */
export interface OctetAttachment {
  readonly record: DeviceRecord;
  readonly context: DeviceContext;
  readonly octet: OctetInterface;
  readonly timeoutSeconds: number;
  readonly binding: RecordBinding<string>;
}

/** A failed exchange is an alarm. */
function failed(context: DeviceContext, error: unknown, direction: "READ" | "WRITE"): void {
  const status = error instanceof AsynError ? error.status : "Error";
  raiseAlarm(context, { status, alarm: { status: 0, severity: 0 } }, direction, errorMessage(error));
}

const STRING_BYTES = 40;

/** A reply is as long as the record has room for. */
function optionsOf({ record, timeoutSeconds }: OctetAttachment): OctetOptions {
  const room = { waveform: "NELM", lsi: "SIZV" }[record.recordType];
  return { timeoutSeconds, maxBytes: room === undefined ? STRING_BYTES : Number(record.getField(room)) };
}

const bytesOf = (text: string): Uint8Array => textToChars(text).subarray(0, -1);

/** Sends a text and shows the reply. */
async function ask(attachment: OctetAttachment, request: string): Promise<ReadOutcome> {
  const { record, context, octet, binding } = attachment;
  try {
    const { data } = await octet.writeRead(bytesOf(unescapeText(request)), optionsOf(attachment));
    record.setField("UDF", 0);
    return binding.store(record, new TextDecoder().decode(data));
  } catch (error) {
    failed(context, error, "READ");
    return "noConvert";
  }
}

/** asynOctetCmdResponse: the text behind the link is the command. */
export function commandResponse(attachment: OctetAttachment, command: string): AttachedDevice {
  if (command === "") throw new Error("the command is missing behind the link");
  return { read: () => ask(attachment, command) };
}

/** asynOctetWriteRead: the text behind the link names the PV that has the command. */
export function writeRead(
  attachment: OctetAttachment,
  pv: string,
  textOf: (pv: string) => string,
): AttachedDevice {
  if (pv === "") throw new Error("the PV is missing behind the link");
  return {
    read: () => {
      let command: string;
      try {
        command = textOf(pv);
      } catch (error) {
        failed(attachment.context, error, "READ");
        return "noConvert";
      }
      return ask(attachment, command);
    },
  };
}

/** asynOctetRead and asynOctetWrite on a device without parameters. */
export function plainOctet(attachment: OctetAttachment, isInput: boolean): AttachedDevice {
  const { record, context, octet, binding } = attachment;
  if (!isInput) return sending(attachment, () => bytesOf(binding.fetch(record)));
  const show = (data: Uint8Array): ReadOutcome => {
    record.setField("UDF", 0);
    return binding.store(record, new TextDecoder().decode(data));
  };
  let heard: Uint8Array | undefined;
  const read = (): ReadOutcome | Promise<ReadOutcome> => {
    const pushed = heard;
    heard = undefined;
    if (pushed !== undefined) return show(pushed.subarray(0, optionsOf(attachment).maxBytes));
    return octet.read(optionsOf(attachment)).then(
      ({ data }) => show(data),
      (error) => {
        failed(context, error, "READ");
        return "noConvert";
      },
    );
  };
  if (octet.heard$ === undefined) return { read };
  const ioIntr$ = octet.heard$.pipe(
    tap((data) => {
      heard = data;
    }),
  );
  return { read, ioIntr$ };
}

/** asynOctetWriteBinary: all bytes of a waveform, NULs too. */
export const writeBinary = (attachment: OctetAttachment): AttachedDevice =>
  sending(attachment, () => {
    const value = attachment.record.getField("VAL");
    return value instanceof Uint8Array || value instanceof Int8Array
      ? Uint8Array.from(value)
      : bytesOf(toText(value));
  });

/** Sends when the record is processed; a waveform is an input record to the engine, and its reading is the sending. */
function sending(
  { context, octet, timeoutSeconds }: OctetAttachment,
  bytes: () => Uint8Array,
): AttachedDevice {
  const send = async (): Promise<void> => {
    try {
      await octet.write(bytes(), { timeoutSeconds });
    } catch (error) {
      failed(context, error, "WRITE");
    }
  };
  return { write: send, read: () => send().then(() => "noConvert" as const) };
}
