import type { ChannelProvider } from "../../channel/provider.js";
import type { ByteWriter } from "../codec/byteWriter.js";
import {
  ADDRESS_OF_SENDER,
  CA_MINOR_VERSION,
  Command,
  MINIMUM_MINOR_VERSION,
  SEQUENCE_NUMBER_MINOR_VERSION,
  SearchReply,
} from "../codec/commands.js";
import { beginMessage, type CaMessage, channelNameOf, putMessage } from "../codec/message.js";
import { MessageDecoder } from "../codec/messageDecoder.js";
import type { CircuitContext } from "./circuitContext.js";

const isServed = (providers: readonly ChannelProvider[], name: string): boolean =>
  providers.some((provider) => provider.has(name));

/** SEARCH on a circuit: a client that uses this server as a name server. */
export function searchOverTcp(circuit: CircuitContext, request: CaMessage): void {
  const { payloadSize, available, dataType, count, cid } = request;
  if (count < MINIMUM_MINOR_VERSION) circuit.close(`search of client version 4.${count}`);
  else if (payloadSize <= 1) return;
  else if (isServed(circuit.providers, channelNameOf(request)))
    putMessage(circuit.out, Command.SEARCH, circuit.tcpPort, 0, ADDRESS_OF_SENDER, available);
  else if (dataType === SearchReply.DO_REPLY)
    putMessage(circuit.out, Command.NOT_FOUND, dataType, count, cid, available);
}

/** Answers searches by datagram. */
export class SearchResponder {
  readonly #providers: readonly ChannelProvider[];
  readonly #tcpPort: number;

  constructor(providers: readonly ChannelProvider[], tcpPort: number) {
    this.#providers = providers;
    this.#tcpPort = tcpPort;
  }

  /**
   * Answers one datagram into `out`: nothing when none of its names is served here. Returns what makes no sense in it;
   * clients too old are passed over without a word, as RSRV does it.
   */
  answer(out: ByteWriter, datagram: Uint8Array): string | undefined {
    const decoder = new MessageDecoder();
    decoder.minorVersion = 0;
    decoder.push(datagram);
    let started = false;
    let outcome = decoder.next();
    for (; outcome === "message"; outcome = decoder.next()) {
      const { message } = decoder;
      if (message.command === Command.VERSION) {
        if (message.count < MINIMUM_MINOR_VERSION) return undefined;
        decoder.minorVersion = message.count;
        if (!started && message.count >= SEQUENCE_NUMBER_MINOR_VERSION)
          putMessage(out, Command.VERSION, 1, CA_MINOR_VERSION, message.cid, 0);
        started = true;
      } else if (message.command !== Command.SEARCH) return `command ${message.command} is not for datagrams`;
      else if (Math.min(decoder.minorVersion, message.count) < MINIMUM_MINOR_VERSION) return undefined;
      else this.#answerSearch(out, message);
    }
    if (outcome === "misaligned") return "a message whose size is no multiple of 8";
    return decoder.pending > 0 ? "a message that is cut short" : undefined;
  }

  #answerSearch(out: ByteWriter, message: CaMessage): void {
    if (message.payloadSize <= 1 || !isServed(this.#providers, channelNameOf(message))) return;
    const payload = beginMessage(
      out,
      Command.SEARCH,
      2,
      this.#tcpPort,
      0,
      ADDRESS_OF_SENDER,
      message.available,
    );
    out.view.setUint16(payload, CA_MINOR_VERSION);
  }
}

/** Is there more in an answer than the VERSION message that only heads it? */
export const hasAnswers = (out: ByteWriter): boolean => out.length > 16;
