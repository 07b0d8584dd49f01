import { errorMessage } from "../../libcom/errorMessage.js";
import { ok } from "../../libcom/result.js";
import type { PortOptions } from "./portDriver.js";
import { SERIAL_DEFAULTS, type SerialSettings, serialOption, withSerialOption } from "./serialOptions.js";
import { StreamPort, type StreamPortOptions } from "./streamPort.js";

/** What is used of @serialport/bindings-cpp. */
interface SerialLibrary {
  autoDetect(): { open(options: SerialOpenOptions): Promise<SerialLine> };
}

interface SerialOpenOptions extends SerialSettings {
  readonly path: string;
  readonly lock: boolean;
  /** The modem lines drop when the port is closed. */
  readonly hupcl: boolean;
}

interface SerialLine {
  read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
  close(): Promise<void>;
}

const LIBRARY = "@serialport/bindings-cpp";

const isLibrary = (module: unknown): module is SerialLibrary =>
  typeof module === "object" && module !== null && "autoDetect" in module;

/** The library is optional: it is not there where no binary of it fits the platform. */
async function openLine(path: string, settings: SerialSettings): Promise<SerialLine> {
  const module: unknown = await import(LIBRARY).catch(() => undefined);
  if (!isLibrary(module)) throw new Error(`a serial line needs the package: npm install ${LIBRARY}`);
  return module.autoDetect().open({ path, ...settings, lock: false, hupcl: false });
}

const READ_BYTES = 4096;

/** A device on a serial line, as drvAsynSerialPort. */
export class SerialPort extends StreamPort {
  readonly options: PortOptions = {
    get: (key) => serialOption(this.#settings, key),
    set: (key, value) => {
      const settings = withSerialOption(this.#settings, key, value);
      if (!settings.ok) return settings;
      this.#settings = settings.value;
      if (this.#opening !== undefined) this.reopen();
      return ok(undefined);
    },
  };
  protected override readonly device: string;
  #settings = SERIAL_DEFAULTS;
  /** The line that is open or being opened. */
  #opening: Promise<SerialLine> | undefined;
  #line: SerialLine | undefined;
  /** The line before is closed. */
  #closing: Promise<unknown> = Promise.resolve();

  constructor(portName: string, ttyName: string, options: StreamPortOptions = {}) {
    super(portName, "asyn.serial", options.noProcessEos);
    this.device = ttyName;
    this.begin(options);
  }

  override report(level: number): string[] {
    const state = `Serial line ${this.device}: ${this.connected$.value ? "Connected" : "Disconnected"}`;
    return [state, ...(level < 1 ? [] : this.trafficLines)];
  }

  protected override open(): void {
    if (this.#opening !== undefined) return;
    const opening = this.#closing.then(() => openLine(this.device, this.#settings));
    this.#opening = opening;
    opening.then(
      (line) => this.#use(line, opening),
      (error) => this.#end(opening, error),
    );
  }

  protected override shut(): void {
    const opening = this.#opening;
    this.#opening = this.#line = undefined;
    if (opening !== undefined) this.#closing = opening.then((line) => line.close()).catch(() => {});
  }

  protected override send(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#line?.write(Buffer.from(bytes)).then(() => done(), done);
  }

  #use(line: SerialLine, opening: Promise<SerialLine>): void {
    if (this.#opening !== opening) return;
    this.#line = line;
    this.opened();
    this.#listen(line).catch((error) => this.#end(opening, error));
  }

  async #listen(line: SerialLine): Promise<void> {
    const buffer = Buffer.alloc(READ_BYTES);
    while (this.#line === line) {
      const { bytesRead } = await line.read(buffer, 0, buffer.length);
      if (this.#line !== line) return;
      if (bytesRead === 0) throw new Error("the line has ended");
      this.received(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  }

  /** The line could not be opened, or failed. */
  #end(opening: Promise<SerialLine>, error: unknown): void {
    if (this.#opening !== opening) return;
    this.complain(errorMessage(error));
    this.disconnect();
  }
}
