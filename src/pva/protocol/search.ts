import { type ByteReader, DecodeError } from "../data/byteReader.js";
import { ByteWriter } from "../data/byteWriter.js";
import { Command, type Role, writeMessage } from "./header.js";

const MUST_REPLY = 0x01;
const UNICAST = 0x80;
const GUID_BYTES = 12;

/** One datagram, or one TCP message, that asks who has these names. */
export interface SearchRequest {
  readonly sequence: number;
  /** Answer even when no name is known: how lists of servers are made. */
  readonly mustReply: boolean;
  /** Sent to one host: whoever gets it passes it on to the other servers of that host. */
  readonly unicast: boolean;
  /** Where to answer; empty means the sender's address. */
  readonly replyAddress: string;
  readonly replyPort: number;
  /** Transports the client speaks; none means it only wants to know that we are there. */
  readonly protocols: readonly string[];
  readonly channels: readonly { readonly id: number; readonly name: string }[];
}

export interface SearchResponse {
  readonly guid: Uint8Array;
  readonly sequence: number;
  /** Empty means the sender's address. */
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly found: boolean;
  readonly ids: readonly number[];
}

export interface Beacon {
  readonly guid: Uint8Array;
  readonly sequence: number;
  readonly changeCount: number;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
}

const V4_MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** Sixteen bytes: an IPv4 address in its IPv6 form, or zeros for "any". */
function writeAddress(out: ByteWriter, address: string): void {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.every((part) => part === 0)) out.zeros(16);
  else out.raw(V4_MAPPED).raw(Uint8Array.from(parts));
}

function readAddress(input: ByteReader): string {
  const bytes = input.raw(16);
  const v4 = [...bytes.subarray(12)].join(".");
  const head = bytes.subarray(0, 12);
  const isMapped = head.every((byte, index) => byte === V4_MAPPED[index]) || head.every((byte) => byte === 0);
  if (!isMapped)
    return Buffer.from(bytes)
      .toString("hex")
      .replace(/(....)(?=.)/g, "$1:");
  return v4 === "0.0.0.0" ? "" : v4;
}

export function decodeSearch(input: ByteReader): SearchRequest {
  const sequence = input.u32();
  const flags = input.u8();
  input.raw(3);
  const replyAddress = readAddress(input);
  const replyPort = input.u16();
  const protocols = Array.from({ length: input.count(1) }, () => input.string());
  const channels = Array.from({ length: countOf(input, 5) }, () => ({
    id: input.u32(),
    name: input.string(),
  }));
  return {
    sequence,
    mustReply: (flags & MUST_REPLY) !== 0,
    unicast: (flags & UNICAST) !== 0,
    replyAddress,
    replyPort,
    protocols,
    channels,
  };
}

function countOf(input: ByteReader, leastBytes: number): number {
  const count = input.u16();
  if (count * leastBytes > input.remaining)
    throw new DecodeError(`${count} entries in ${input.remaining} bytes`);
  return count;
}

export function encodeSearch(request: SearchRequest, littleEndian = true): Buffer {
  return message("client", Command.SEARCH, littleEndian, (out) => {
    out.u32(request.sequence);
    out.u8((request.mustReply ? MUST_REPLY : 0) | (request.unicast ? UNICAST : 0)).zeros(3);
    writeAddress(out, request.replyAddress);
    out.u16(request.replyPort).size(request.protocols.length);
    for (const protocol of request.protocols) out.string(protocol);
    out.u16(request.channels.length);
    for (const { id, name } of request.channels) out.u32(id).string(name);
  });
}

export function writeSearchResponse(out: ByteWriter, response: SearchResponse): void {
  out.raw(response.guid).u32(response.sequence);
  writeAddress(out, response.address);
  out
    .u16(response.port)
    .string(response.protocol)
    .u8(response.found ? 1 : 0);
  out.u16(response.ids.length);
  for (const id of response.ids) out.u32(id);
}

export const encodeSearchResponse = (response: SearchResponse, littleEndian = true): Buffer =>
  message("server", Command.SEARCH_RESPONSE, littleEndian, (out) => writeSearchResponse(out, response));

export function decodeSearchResponse(input: ByteReader): SearchResponse {
  const guid = Uint8Array.from(input.raw(GUID_BYTES));
  const sequence = input.u32();
  const address = readAddress(input);
  const port = input.u16();
  const protocol = input.string();
  const found = input.u8() !== 0;
  const ids = Array.from({ length: countOf(input, 4) }, () => input.u32());
  return { guid, sequence, address, port, protocol, found, ids };
}

export const encodeBeacon = (beacon: Beacon, littleEndian = true): Buffer =>
  message("server", Command.BEACON, littleEndian, (out) => {
    out.raw(beacon.guid).u8(0).u8(beacon.sequence).u16(beacon.changeCount);
    writeAddress(out, beacon.address);
    out.u16(beacon.port).string(beacon.protocol).u8(0xff);
  });

export function decodeBeacon(input: ByteReader): Beacon {
  const guid = Uint8Array.from(input.raw(GUID_BYTES));
  input.u8();
  const sequence = input.u8();
  const changeCount = input.u16();
  const address = readAddress(input);
  return { guid, sequence, changeCount, address, port: input.u16(), protocol: input.string() };
}

/** What precedes a search that one server of a host passes on to the others: the address it was sent to. */
export const encodeOriginTag = (address: string): Buffer =>
  message("client", Command.ORIGIN_TAG, true, (out) => writeAddress(out, address));

function message(
  role: Role,
  command: number,
  littleEndian: boolean,
  body: (out: ByteWriter) => void,
): Buffer {
  const out = new ByteWriter(littleEndian);
  writeMessage(out, role, command, body);
  return out.bytes();
}
