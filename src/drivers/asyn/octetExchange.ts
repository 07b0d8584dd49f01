import { Severity, Status } from "../../channel/alarm.js";
import { textToChars, toText } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { unescapeText } from "../../libcom/escape.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  ReadOutcome,
} from "../../records/deviceSupport.js";
import type { OctetInterface } from "./portDriver.js";
import type { RecordBinding } from "./recordBinding.js";

/** A record that exchanges text with a device, without a parameter. */
export interface OctetAttachment {
  readonly record: DeviceRecord;
  readonly context: DeviceContext;
  readonly octet: OctetInterface;
  readonly timeoutSeconds: number;
  readonly binding: RecordBinding<string>;
}

const bytesOf = (text: string): Uint8Array => textToChars(text).subarray(0, -1);

/** Sends a text and shows the reply; a failure is an alarm. */
async function ask(
  { record, context, octet, timeoutSeconds, binding }: OctetAttachment,
  request: string,
): Promise<ReadOutcome> {
  try {
    const reply = await octet.writeRead(bytesOf(unescapeText(request)), { timeoutSeconds });
    record.setField("UDF", 0);
    return binding.store(record, new TextDecoder().decode(reply));
  } catch (error) {
    context.setAlarm(Status.READ, Severity.INVALID, errorMessage(error));
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
        attachment.context.setAlarm(Status.READ, Severity.INVALID, errorMessage(error));
        return "noConvert";
      }
      return ask(attachment, command);
    },
  };
}

/** asynOctetRead and asynOctetWrite on a device without parameters. */
export function plainOctet(attachment: OctetAttachment, isInput: boolean): AttachedDevice {
  const { record, context, octet, timeoutSeconds, binding } = attachment;
  if (!isInput) return sending(attachment, () => bytesOf(binding.fetch(record)));
  return {
    read: async () => {
      try {
        const reply = await octet.read({ timeoutSeconds });
        record.setField("UDF", 0);
        return binding.store(record, new TextDecoder().decode(reply));
      } catch (error) {
        context.setAlarm(Status.READ, Severity.INVALID, errorMessage(error));
        return "noConvert";
      }
    },
  };
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
      context.setAlarm(Status.WRITE, Severity.INVALID, errorMessage(error));
    }
  };
  return { write: send, read: () => send().then(() => "noConvert" as const) };
}
