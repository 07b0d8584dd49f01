import { Observable } from "rxjs";
import type { NDArray } from "./ndArray.js";

/** FrameType's state of a projection. */
const FRAME_TYPE_PROJECTION = 2;

/** The attribute that says to which dataset a frame goes, and its value for projections. */
const LOCATION_ATTRIBUTE = "HDF5FrameLocation";
const PROJECTION_LOCATION = "/exchange/data";

/**
 * The projections among the frames: by the location stamped on the frame when it was taken, else, for cameras that
 * stamp none, by what the scan says it is doing now.
 */
export const projectionsOf = (
  images: Observable<NDArray>,
  frameType$: Observable<number>,
): Observable<NDArray> =>
  new Observable((subscriber) => {
    let frameType = FRAME_TYPE_PROJECTION;
    const subscription = frameType$.subscribe((type) => {
      frameType = type;
    });
    const frames = images.subscribe({
      next: (frame) => {
        const location = frame.attributes.find(({ name }) => name === LOCATION_ATTRIBUTE)?.value;
        const isProjection =
          location === undefined ? frameType === FRAME_TYPE_PROJECTION : location === PROJECTION_LOCATION;
        if (isProjection) subscriber.next(frame);
      },
      error: (error) => subscriber.error(error),
    });
    subscription.add(frames);
    return subscription;
  });
