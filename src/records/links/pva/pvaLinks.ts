import { repeat, retry, type Subscription } from "rxjs";
import type { TypedValue } from "../../../channel/dbf.js";
import { errorMessage } from "../../../libcom/errorMessage.js";
import { logger } from "../../../libcom/log.js";
import type { PvaChannel, PvaClient, PvStructure, PvUpdate, StructureType } from "../../../pva/index.js";
import type { CallbackQueue } from "../../callbackQueue.js";
import type { DbRecord } from "../../dbRecord.js";
import { menuScan } from "../../menus.js";
import { LONGEST_TIMEOUT_SECONDS } from "../channelClient.js";
import type { PvaLink } from "../json/pvaLink.js";
import { fieldsToPut } from "./pvaValue.js";

const log = logger("records.pvalink");

const LOOK_AGAIN_MS = 1000;

/** A link as its channel knows it. */
export interface PvaSubscriber {
  readonly instance: DbRecord;
  readonly link: PvaLink;
  readonly isInput: boolean;
  /** What is to be put; taken when the channel puts. */
  takePut(): TypedValue | undefined;
  updated(update: PvUpdate): void;
  disconnected(): void;
}

/** The channels of all pvAccess links of an IOC: links of one name share a monitor. */
export class PvaLinks {
  readonly #channels = new Map<string, PvaLinkChannel>();

  constructor(
    private readonly client: Pick<PvaClient, "connect">,
    private readonly callbacks: CallbackQueue,
  ) {}

  channelFor({ pv, queueSize, pipeline }: PvaLink): PvaLinkChannel {
    const key = JSON.stringify([pv, queueSize, pipeline]);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const request = `record[queueSize=${queueSize},pipeline=${pipeline},atomic=true]`;
    const made = new PvaLinkChannel(this.client.connect(pv), request, pipeline ? queueSize : undefined, {
      callbacks: this.callbacks,
      unused: () => this.#channels.delete(key),
    });
    this.#channels.set(key, made);
    return made;
  }
}

/** One monitor for the links of one channel, and their puts. */
export class PvaLinkChannel {
  #subscribers: PvaSubscriber[] = [];
  #update: PvUpdate | undefined;
  #disconnects = 0;
  /** Asynchronous records that wait for the next put to finish. */
  #waiting: (() => void)[] = [];
  readonly #subscriptions: Subscription[];

  constructor(
    private readonly channel: PvaChannel,
    request: string,
    pipeline: number | undefined,
    private readonly options: { readonly callbacks: CallbackQueue; readonly unused: () => void },
  ) {
    this.#subscriptions = [
      channel.connected$.subscribe((connected) => {
        if (!connected && this.#update !== undefined) this.#disconnected();
      }),
      channel
        .monitor({ request, ...(pipeline === undefined ? {} : { pipeline }) })
        .pipe(retry({ delay: LOOK_AGAIN_MS }), repeat({ delay: LOOK_AGAIN_MS }))
        .subscribe((update) => this.#updated(update)),
    ];
  }

  /** The present structure; undefined while there is no connection. */
  get update(): PvUpdate | undefined {
    return this.#update;
  }

  get disconnects(): number {
    return this.#disconnects;
  }

  add(subscriber: PvaSubscriber): void {
    this.#subscribers = [...this.#subscribers, subscriber].sort((a, b) => a.link.monorder - b.link.monorder);
    if (this.#update === undefined) return;
    subscriber.updated(this.#update);
    this.#process([subscriber]);
  }

  remove(subscriber: PvaSubscriber): void {
    this.#subscribers = this.#subscribers.filter((each) => each !== subscriber);
    if (this.#subscribers.length > 0) return;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.channel.close();
    this.options.unused();
  }

  /** Puts what the links have to put; `force` puts even when that is nothing, to process the record there. */
  put(force = false): void {
    const puts = this.#subscribers.flatMap(({ link, takePut }) => {
      const value = takePut();
      return value === undefined ? [] : [{ link, value }];
    });
    if (puts.length === 0 && !force) return;
    const waiting = this.#waiting.splice(0);
    const request = `record[block=${waiting.length > 0},process=${processOption(puts, force)}]`;
    const build = (type: StructureType): PvStructure =>
      Object.assign({}, ...puts.map(({ link, value }) => fieldsToPut(type, link.field, value) ?? {}));
    this.channel
      .put(build, { request, timeoutSeconds: LONGEST_TIMEOUT_SECONDS })
      .catch((error: unknown) => log.error(`put of a link: ${errorMessage(error)}`))
      .finally(() => {
        for (const done of waiting) done();
      });
  }

  /** Resolves when the put that comes next has finished, well or not. */
  nextPut(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #updated(update: PvUpdate): void {
    this.#update = update;
    for (const subscriber of this.#subscribers) subscriber.updated(update);
    this.#process(this.#subscribers);
  }

  #disconnected(): void {
    this.#update = undefined;
    this.#disconnects += 1;
    for (const subscriber of this.#subscribers) subscriber.disconnected();
    this.#process(this.#subscribers);
  }

  /** CP and CPP links process their records, in their order, but all of atomic links before the others. */
  #process(subscribers: readonly PvaSubscriber[]): void {
    const due = subscribers.filter(
      ({ isInput, link: { proc } }) => isInput && (proc === "CP" || proc === "CPP"),
    );
    if (due.length === 0) return;
    const inOrder = [...due.filter(({ link }) => link.atomic), ...due.filter(({ link }) => !link.atomic)];
    this.options.callbacks.request(() => {
      for (const { instance, link } of inOrder) {
        if (link.proc === "CPP" && instance.record.SCAN !== menuScan.Passive) continue;
        if (instance.record.PACT !== 0) instance.record.RPRO = 1;
        else instance.process();
      }
    });
  }
}

/** PP wins over NPP; without either, the record at the other end decides. */
function processOption(puts: readonly { link: PvaLink }[], force: boolean): "true" | "false" | "passive" {
  const asked = new Set(puts.map(({ link }) => link.proc));
  if (force || asked.has("PP") || asked.has("CP") || asked.has("CPP")) return "true";
  return asked.has("NPP") ? "false" : "passive";
}
