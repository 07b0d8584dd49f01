import type { Observable, Subscription } from "rxjs";

/**
 * The values of an observable for a `for await` loop. It is subscribed when the loop asks for the first value and unsubscribed
 * when the loop ends. For a loop that is slower than its source `limit` values wait; then the newest replaces the last of them,
 * so that it is never lost.
 */
export async function* iterate<T extends object>(
  source: Observable<T>,
  limit: number,
): AsyncGenerator<T, void, undefined> {
  const waiting: T[] = [];
  let outcome: { readonly error?: unknown } | undefined;
  let wake = (): void => {};
  const subscription: Subscription = source.subscribe({
    next: (value) => {
      if (waiting.length >= limit) waiting.pop();
      waiting.push(value);
      wake();
    },
    error: (error) => {
      outcome = { error };
      wake();
    },
    complete: () => {
      outcome = {};
      wake();
    },
  });
  try {
    for (;;) {
      const [value] = waiting.splice(0, 1);
      if (value !== undefined) yield value;
      else if (outcome === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      else if ("error" in outcome) throw outcome.error;
      else return;
    }
  } finally {
    subscription.unsubscribe();
  }
}
