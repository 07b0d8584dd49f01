import { merge, Observable } from "rxjs";
import { type DriverPort, defineDriver } from "../asyn/defineDriver.js";
import { type DriverParameter, int32 } from "../asyn/driverParameter.js";

/** How long a shutter's blades travel. */
const TRAVEL_SECONDS = 0.2;

const shutterParameters = {
  OPEN_A: int32(0),
  CLOSE_A: int32(0),
  STATUS_A: int32(0),
  OPEN_B: int32(0),
  CLOSE_B: int32(0),
  STATUS_B: int32(0),
  BEAM_READY: int32(1),
};

export type ShutterPort = DriverPort<typeof shutterParameters>;

type Command = DriverParameter<"Int32">;

/**
 * One shutter: a 1 to `open` or `close` is accepted when the blades have arrived, and the button then is 0 again. A newer command
 * ends the one before where it stands.
 */
const shutter = (open: Command, close: Command, status: Command): Observable<never> =>
  new Observable(() => {
    let cancel = () => {};
    const travel = (button: Command, position: 0 | 1) => (value: number) => {
      if (value === 0) return undefined;
      cancel();
      return new Promise<number>((resolve) => {
        const arrive = () => {
          status.set(position);
          resolve(0);
        };
        const timer = setTimeout(arrive, status.value === position ? 0 : TRAVEL_SECONDS * 1000);
        cancel = () => {
          clearTimeout(timer);
          button.set(0);
          resolve(0);
        };
      });
    };
    open.handleWrites(travel(open, 1));
    close.handleWrites(travel(close, 0));
    return () => cancel();
  });

/** The front-end shutter (A) and the fast shutter (B) of a beamline; both closed at first. */
export const shutterPort = defineDriver("Shutters", shutterParameters, ({ params }) =>
  merge(
    shutter(params.OPEN_A, params.CLOSE_A, params.STATUS_A),
    shutter(params.OPEN_B, params.CLOSE_B, params.STATUS_B),
  ),
);

/** Does the beam reach the sample? */
export const beamIsOn = ({ params }: ShutterPort): boolean =>
  params.BEAM_READY.value === 1 && params.STATUS_A.value === 1 && params.STATUS_B.value === 1;
