/** Limits concurrency. */
export interface Semaphore {
  /** Resolves with a function to leave, or with undefined once `signal` aborts. */
  readonly enter: (service: string, signal: AbortSignal) => Promise<(() => void) | undefined>;
}

/**
 * One service may take at most `share` of the `places`, so that a slow one leaves a place for the others. A free place
 * goes to the service that has the fewest; within a service, in order of arrival.
 */
export function createSemaphore(places: number, share: number = places): Semaphore {
  let free = places;
  const taken = new Map<string, number>();
  const waiting = new Map<string, Set<() => void>>();

  const takenBy = (service: string): number => taken.get(service) ?? 0;

  const take = (service: string): (() => void) => {
    free -= 1;
    taken.set(service, takenBy(service) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      free += 1;
      taken.set(service, takenBy(service) - 1);
      admitNext();
    };
  };

  const admitNext = (): void => {
    const [next] = [...waiting.keys()]
      .filter((service) => takenBy(service) < share)
      .toSorted((one, other) => takenBy(one) - takenBy(other));
    const [admit] = waiting.get(next ?? '') ?? [];
    if (free > 0) admit?.();
  };

  const wait = (service: string, signal: AbortSignal): Promise<(() => void) | undefined> => {
    const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
    const queue = waiting.get(service) ?? new Set();
    const settle = (leave: (() => void) | undefined): void => {
      queue.delete(admit);
      if (queue.size === 0) waiting.delete(service);
      signal.removeEventListener('abort', giveUp);
      resolve(leave);
    };
    const admit = (): void => settle(take(service));
    const giveUp = (): void => settle(undefined);
    waiting.set(service, queue.add(admit));
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  };

  return {
    enter: async (service, signal) => {
      if (signal.aborted) return undefined;
      return free > 0 && takenBy(service) < share ? take(service) : wait(service, signal);
    },
  };
}
