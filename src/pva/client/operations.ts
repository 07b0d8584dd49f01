import { asError } from "../../libcom/errorMessage.js";
import { BitSet } from "../data/bitSet.js";
import type { ByteReader } from "../data/byteReader.js";
import type { ByteWriter } from "../data/byteWriter.js";
import { merge } from "../data/coerce.js";
import { decodeStatus, isSuccess } from "../data/status.js";
import { decodeType, type TypeRegistry } from "../data/typeCodec.js";
import type { PvType, StructureType } from "../data/types.js";
import { decodeSelected, decodeValue, encodeSelected, leavesOf } from "../data/valueCodec.js";
import { defaultStructure, type PvStructure, type PvValue } from "../data/values.js";
import { Command, SubCommand } from "../protocol/header.js";
import { type PvRequest, requestStructure } from "../protocol/pvRequest.js";
import type { ClientConnection, ClientOperation } from "./clientConnection.js";

/** A channel on a connection: what an operation needs to speak. */
export interface Link {
  readonly connection: ClientConnection;
  readonly sid: number;
}

/** A structure as a client holds it after a get or a monitor event. */
export interface PvUpdate {
  readonly type: StructureType;
  /** Complete: fields that did not come are as before, or at their defaults. */
  readonly value: PvStructure;
  /** Bits of the fields that came; bit 0 stands for all. */
  readonly changed: BitSet;
  /** Bits of the fields that changed more than once since the event before. */
  readonly overrun: BitSet;
}

export interface Outcome<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Sends a message of a request. */
function sendStep(
  { connection, sid }: Link,
  command: number,
  ioid: number,
  subCommand: number,
  body?: (out: ByteWriter) => void,
): void {
  connection.send(command, (out) => {
    out.u32(sid).u32(ioid).u8(subCommand);
    body?.(out);
  });
}

/** A server's refusal. */
export class PvaError extends Error {
  override readonly name = "PvaError";
}

/** Sends the INIT of an operation; with a `window` for a monitor, whose server sends as many events ahead of acknowledgements. */
function initialise(link: Link, command: number, ioid: number, request: PvRequest, window?: number): void {
  const { type, value } = requestStructure(request);
  const subCommand = SubCommand.INIT | (window === undefined ? 0 : SubCommand.PIPELINE);
  sendStep(link, command, ioid, subCommand, (out) => {
    link.connection.writeTyped(out, type, value);
    if (window !== undefined) out.u32(window);
  });
}

function requireSuccess(input: ByteReader): void {
  const status = decodeStatus(input);
  if (!isSuccess(status)) throw new PvaError(status.message);
}

function structureType(input: ByteReader, registry: TypeRegistry): StructureType {
  const type = decodeType(input, registry);
  if (type?.kind !== "structure") throw new PvaError("the server serves something that is not a structure");
  return type;
}

/** INIT, then steps until one says it is done; errors of the server or in the bytes end it. */
abstract class Request<T> implements ClientOperation {
  protected readonly ioid: number;
  private isOver = false;

  constructor(
    protected readonly link: Link,
    private readonly outcome: Outcome<T>,
  ) {
    this.ioid = link.connection.addOperation(this);
  }

  receive(input: ByteReader, registry: TypeRegistry): void {
    try {
      this.step(input, registry);
    } catch (error) {
      this.abandon();
      this.outcome.reject(asError(error));
    }
  }

  /** Ends it without an outcome: a time-out, a lost connection. */
  abandon(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.link.connection.removeOperation(this.ioid, this.link.sid);
  }

  protected abstract step(input: ByteReader, registry: TypeRegistry): void;

  protected done(value: T): void {
    this.abandon();
    this.outcome.resolve(value);
  }

  protected execute(command: number, subCommand: number, body?: (out: ByteWriter) => void): void {
    sendStep(this.link, command, this.ioid, subCommand, body);
  }
}

export class GetRequest extends Request<PvUpdate> {
  private type: StructureType | undefined;

  constructor(link: Link, request: PvRequest, outcome: Outcome<PvUpdate>) {
    super(link, outcome);
    initialise(link, Command.GET, this.ioid, request);
  }

  protected step(input: ByteReader, registry: TypeRegistry): void {
    input.u8();
    requireSuccess(input);
    if (this.type === undefined) {
      this.type = structureType(input, registry);
      this.execute(Command.GET, 0);
    } else this.done(readUpdate(input, this.type, registry, defaultStructure(this.type)));
  }
}

function readUpdate(
  input: ByteReader,
  type: StructureType,
  registry: TypeRegistry,
  before: PvStructure,
): PvUpdate {
  const { changed, partial } = decodeSelected(input, type, registry);
  const { value } = merge(type, before, partial);
  return { type, value, changed, overrun: new BitSet() };
}

/** Makes what is written from the structure's type and, when it was asked for, its present value. */
export type PutBuilder = (type: StructureType, present: PvStructure) => PvStructure;

export class PutRequest extends Request<void> {
  private type: StructureType | undefined;
  private isSent = false;

  constructor(
    link: Link,
    request: PvRequest,
    private readonly build: PutBuilder,
    private readonly getsFirst: boolean,
    outcome: Outcome<void>,
  ) {
    super(link, outcome);
    initialise(link, Command.PUT, this.ioid, request);
  }

  protected step(input: ByteReader, registry: TypeRegistry): void {
    input.u8();
    requireSuccess(input);
    if (this.type === undefined) {
      this.type = structureType(input, registry);
      if (this.getsFirst) this.execute(Command.PUT, SubCommand.GET);
      else this.put(this.type, defaultStructure(this.type));
    } else if (this.isSent) this.done();
    else this.put(this.type, readUpdate(input, this.type, registry, defaultStructure(this.type)).value);
  }

  private put(type: StructureType, present: PvStructure): void {
    this.isSent = true;
    const { value, changed } = merge(type, present, this.build(type, present));
    const bits = leavesOf(type, changed);
    this.execute(Command.PUT, 0, (out) => encodeSelected(out.bitSet(bits), type, value, bits));
  }
}

export interface RpcResult {
  readonly type: PvType | null;
  readonly value: PvValue;
}

export class RpcRequest extends Request<RpcResult> {
  private isSent = false;

  constructor(
    link: Link,
    private readonly type: StructureType,
    private readonly argument: PvStructure,
    outcome: Outcome<RpcResult>,
  ) {
    super(link, outcome);
    initialise(link, Command.RPC, this.ioid, { fields: [], options: new Map() });
  }

  protected step(input: ByteReader, registry: TypeRegistry): void {
    input.u8();
    requireSuccess(input);
    if (this.isSent) {
      const type = decodeType(input, registry);
      this.done({ type, value: type === null ? null : decodeValue(input, type, registry) });
      return;
    }
    this.isSent = true;
    this.execute(Command.RPC, 0, (out) => this.link.connection.writeTyped(out, this.type, this.argument));
  }
}

export class InfoRequest extends Request<PvType> {
  constructor(link: Link, path: string, outcome: Outcome<PvType>) {
    super(link, outcome);
    link.connection.send(Command.GET_FIELD, (out) => out.u32(link.sid).u32(this.ioid).string(path));
  }

  protected step(input: ByteReader, registry: TypeRegistry): void {
    requireSuccess(input);
    const type = decodeType(input, registry);
    if (type === null) throw new PvaError("the server describes no type");
    this.done(type);
  }
}

export interface MonitorOptions {
  readonly request: PvRequest;
  /** Events the server may send ahead of our acknowledgements; absent: as many as the network takes. */
  readonly pipeline?: number;
}

export interface MonitorListener {
  update(update: PvUpdate): void;
  /** The server ends the subscription. */
  finished(): void;
  failed(error: Error): void;
}

/** A subscription on one connection; a new connection needs a new one. */
export class MonitorRequest implements ClientOperation {
  private readonly ioid: number;
  private type: StructureType | undefined;
  private value: PvStructure = {};
  private unacknowledged = 0;

  constructor(
    private readonly link: Link,
    private readonly options: MonitorOptions,
    private readonly listener: MonitorListener,
  ) {
    this.ioid = link.connection.addOperation(this);
    const { request, pipeline } = options;
    const flow: [string, string][] =
      pipeline === undefined
        ? []
        : [
            ["pipeline", "true"],
            ["queueSize", String(pipeline)],
          ];
    const asked = { ...request, options: new Map([...request.options, ...flow]) };
    initialise(link, Command.MONITOR, this.ioid, asked, pipeline);
  }

  receive(input: ByteReader, registry: TypeRegistry): void {
    try {
      const subCommand = input.u8();
      if (subCommand & SubCommand.INIT) this.begin(input, registry);
      else if (subCommand & SubCommand.DESTROY) this.finish(input);
      else this.event(input, registry);
    } catch (error) {
      this.abandon();
      this.listener.failed(asError(error));
    }
  }

  abandon(): void {
    this.link.connection.removeOperation(this.ioid, this.link.sid);
  }

  private begin(input: ByteReader, registry: TypeRegistry): void {
    requireSuccess(input);
    this.type = structureType(input, registry);
    this.value = defaultStructure(this.type);
    this.send(SubCommand.START_STOP | SubCommand.GET);
  }

  private event(input: ByteReader, registry: TypeRegistry): void {
    if (this.type === undefined) throw new PvaError("an event before the type is known");
    const { changed, partial } = decodeSelected(input, this.type, registry);
    const overrun = input.bitSet();
    this.value = merge(this.type, this.value, partial).value;
    this.acknowledge();
    this.listener.update({ type: this.type, value: this.value, changed, overrun });
  }

  private finish(input: ByteReader): void {
    this.link.connection.removeOperation(this.ioid);
    if (input.remaining > 0) requireSuccess(input);
    this.listener.finished();
  }

  private acknowledge(): void {
    const { pipeline } = this.options;
    if (pipeline === undefined || ++this.unacknowledged < Math.max(1, pipeline >> 1)) return;
    const count = this.unacknowledged;
    this.unacknowledged = 0;
    this.send(SubCommand.PIPELINE, (out) => out.u32(count));
  }

  private send(subCommand: number, body?: (out: ByteWriter) => void): void {
    sendStep(this.link, Command.MONITOR, this.ioid, subCommand, body);
  }
}
