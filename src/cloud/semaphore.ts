/** Limits concurrency; the others wait in order of arrival. */
export interface Semaphore {
  /** Resolves with a function to leave, or with undefined once `signal` aborts. */
  readonly enter: (signal: AbortSignal) => Promise<(() => void) | undefined>;
}

export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting = new Set<() => void>();

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = waiting;
      if (next === undefined) free += 1;
      else next();
    };
  };

  return {
    enter: (signal) => {
      if (signal.aborted) return Promise.resolve(undefined);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(leaveOnce());
      }
      return new Promise((resolve) => {
        const settle = (leave: (() => void) | undefined): void => {
          waiting.delete(admit);
          signal.removeEventListener('abort', giveUp);
          resolve(leave);
        };
        const admit = (): void => settle(leaveOnce());
        const giveUp = (): void => settle(undefined);
        waiting.add(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
