import {
  catchError,
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  ReplaySubject,
  repeat,
  Subscription,
  share,
  switchMap,
  take,
  tap,
} from "rxjs";
import { textToChars } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import { strftime } from "../../libcom/strftime.js";
import type { PvDirectory } from "../../records/pv.js";
import { number$, text$ } from "../../records/pvStreams.js";
import { pause, perform, pressed$, put, type Step, sequence } from "../steps.js";
import { crossings$ } from "./condition.js";
import { type ImageSources, measureStreams$, type TriggerMeasure } from "./triggerMeasures.js";
import {
  conditionNow,
  numberNow,
  openTriggerPvs,
  TRIGGER_STATES,
  type TriggerPvs,
  type TriggerState,
} from "./triggerPvs.js";

const log = logger("scan.trigger");

export interface CaptureTriggerOptions extends ImageSources {
  /** Records of this process first, then Channel Access. */
  readonly pvs: PvDirectory;
  /** Prefix of the records of captureTrigger and of the tomoScan stream server, as `2bmb:TomoScanStream:`. */
  readonly prefix: string;
}

/** How StreamMessage begins while projections are captured. */
const CAPTURING = "Capturing projections";

/** TriggerMode's state in which one capture disarms the trigger. */
const SINGLE = 0;

/**
 * Presses StreamCapture of a tomoScan stream server, whoever runs it, when the measure of the chosen source crosses its level.
 * What the circular buffer kept until then is captured with it. Never throws; what goes wrong shows in TriggerMessage.
 */
export function startCaptureTrigger(options: CaptureTriggerOptions): { stop(): void } {
  const { prefix } = options;
  const pvs = openTriggerPvs(options.pvs, prefix);
  let said = "";
  const say = (message: string): void => {
    if (message === said) return;
    said = message;
    log.info(`${prefix} ${message}`);
    pvs.Message.write(textToChars(message));
  };
  const trigger = new CaptureTrigger(pvs, say);
  const life = new Subscription();
  const streams$ = measureStreams$(pvs, options, say).pipe(
    // The present measure stays known: arming has to know on which side of the level it is.
    map((stream$) => stream$.pipe(share({ connector: () => new ReplaySubject(1) }))),
    share({ connector: () => new ReplaySubject(1) }),
  );
  const showing$ = streams$.pipe(
    switchMap((stream$) => stream$.pipe(tap((measure) => trigger.show(measure)))),
  );
  const armed$ = number$(pvs.Arm).pipe(
    map((arm) => arm === 1),
    distinctUntilChanged(),
  );
  const watching$ = combineLatest([armed$, streams$]).pipe(
    switchMap(([armed, measure$]) => (armed ? trigger.armed(measure$) : trigger.state("Disarmed"))),
  );
  for (const part$ of [showing$, watching$])
    life.add(part$.subscribe({ error: (error) => log.error(`${prefix} ${errorMessage(error)}`) }));
  return {
    stop() {
      life.unsubscribe();
      for (const pv of Object.values(pvs)) pv.close();
    },
  };
}

class CaptureTrigger {
  #measure: TriggerMeasure = { value: Number.NaN };

  constructor(
    private readonly pvs: TriggerPvs,
    private readonly say: (message: string) => void,
  ) {}

  show(measure: TriggerMeasure): void {
    this.#measure = measure;
    this.pvs.Measure.write(measure.value);
  }

  state(state: TriggerState): Step {
    return put(this.pvs.Status, TRIGGER_STATES.indexOf(state));
  }

  /** Waits for the condition and captures, again and again as TriggerMode says, while a scan runs. */
  armed(measure$: Observable<TriggerMeasure>): Step {
    const { pvs } = this;
    const shots = defer(() => this.#shot(measure$)).pipe(
      repeat({ delay: () => of(undefined).pipe(filter(() => this.#wantsMore())) }),
    );
    const whileScanning = number$(pvs.StartScan).pipe(
      map((scanning) => scanning === 1),
      distinctUntilChanged(),
      switchMap((scanning) => (scanning ? concat(shots, put(pvs.Arm, 0)) : this.state("No scan"))),
    );
    return sequence(put(pvs.Count, 0), whileScanning);
  }

  #wantsMore(): boolean {
    const { Mode, MaxCount, Count } = this.pvs;
    const most = numberNow(Mode) === SINGLE ? 1 : numberNow(MaxCount);
    return most === 0 || numberNow(Count) < most;
  }

  #shot(measure$: Observable<TriggerMeasure>): Step {
    const { pvs } = this;
    const crossed$ = crossings$(measure$.pipe(map(({ value }) => value)), () => conditionNow(pvs));
    const forced$ = pressed$(pvs.Force).pipe(tap(() => pvs.Force.write(0)));
    const triggered = merge(crossed$, forced$).pipe(take(1), ignoreElements());
    const failed = (error: unknown): Step => perform(() => this.say(errorMessage(error)));
    return sequence(
      // Listens before it says so: what comes at once counts.
      merge(triggered, this.state("Ready")),
      this.state("Capturing"),
      perform(() => this.#capture()).pipe(catchError(failed)),
      this.state("Hold-off"),
      defer(() => pause(numberNow(pvs.HoldOff))),
    );
  }

  /** Done when the server has closed its files; it refuses while it does something else, and that does not count. */
  async #capture(): Promise<void> {
    const { pvs } = this;
    const { value, uniqueId } = this.#measure;
    pvs.Time.write(strftime("%Y-%m-%d %H:%M:%S", new Date()));
    if (uniqueId !== undefined) pvs.UniqueId.write(uniqueId);
    this.say(`Triggered at ${value}`);
    let isCaptured = false;
    const watching = text$(pvs.StreamMessage).subscribe((message) => {
      isCaptured ||= message.startsWith(CAPTURING);
    });
    try {
      await pvs.StreamCapture.writeNotify(1);
    } finally {
      watching.unsubscribe();
    }
    if (isCaptured) pvs.Count.write(numberNow(pvs.Count) + 1);
    this.say(isCaptured ? "Captured" : "Not captured: the stream server was busy");
  }
}
