import { BehaviorSubject, Observable } from "rxjs";
import type { DbfType, TypedValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { type Channel, firstSample, type Properties, type Sample } from "../../channel/provider.js";
import type { ClientChannel } from "./channelClient.js";

/** A channel of this process, used as if it were reached through Channel Access. */
export class LocalChannel implements ClientChannel {
  readonly connected = true;
  readonly connected$: Observable<boolean> = new BehaviorSubject(true);

  constructor(private readonly channel: Channel) {}

  get name(): string {
    return this.channel.name;
  }

  get fieldType(): DbfType {
    return this.channel.fieldType;
  }

  get elementCount(): number {
    return this.channel.elementCount;
  }

  read(): Promise<Sample> {
    return Promise.resolve(this.channel.read());
  }

  properties(): Promise<Properties> {
    return Promise.resolve(this.channel.properties());
  }

  write(value: TypedValue): void {
    this.channel.write(value);
  }

  async writeNotify(value: TypedValue, { timeoutSeconds }: { timeoutSeconds?: number } = {}): Promise<void> {
    const completion = this.channel.writeNotify(value);
    const result = timeoutSeconds === undefined ? await completion : await within(completion, timeoutSeconds);
    if (result === undefined) throw new Error(`no completion within ${timeoutSeconds} s`);
    if (!result.ok) throw new Error(result.error.message);
  }

  monitor({ mask = EventMask.VALUE | EventMask.ALARM }: { mask?: number } = {}): Observable<Sample> {
    return new Observable((subscriber) => {
      const unsubscribe = this.channel.subscribe(mask, ({ sample }) => subscriber.next(sample));
      const first = firstSample(this.channel, mask);
      if (first !== undefined) subscriber.next(first);
      return unsubscribe;
    });
  }

  close(): void {
    this.channel.close();
  }
}

/** What a promise gives, or undefined when it takes longer. */
async function within<T>(promise: Promise<T>, seconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
