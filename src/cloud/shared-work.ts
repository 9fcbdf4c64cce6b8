import type { CloudFailure } from './failure.ts';

/** Takes note of an attempt that failed while the work goes on. */
export type NoteFailure = (failure: CloudFailure) => void;

/** Work that takes time, can be abandoned, and tells of its failed attempts. */
export type Work<Result> = (signal: AbortSignal, note: NoteFailure) => Promise<Result>;

interface UnderWay<Result> {
  readonly result: Promise<Result>;
  readonly abandon: AbortController;
  waiting: number;
  lastFailure: CloudFailure | undefined;
}

/**
 * Lets all who need the same work at the same time share one run of it. One whose own signal aborts stops waiting and
 * rejects with the run's last failed attempt, else with `interrupted()`; when nobody waits any more the run is abandoned.
 */
export function shareWork<Result>(work: Work<Result>, interrupted: () => CloudFailure): Work<Result> {
  let current: UnderWay<Result> | undefined;

  const start = (): UnderWay<Result> => {
    const abandon = new AbortController();
    const run: UnderWay<Result> = {
      result: Promise.resolve().then(() =>
        work(abandon.signal, (failure) => {
          run.lastFailure = failure;
        }),
      ),
      abandon,
      waiting: 0,
      lastFailure: undefined,
    };
    const forget = (): void => {
      if (current === run) current = undefined;
    };
    run.result.then(forget, forget);
    return run;
  };

  return (signal, note) => {
    if (signal.aborted) return Promise.reject(interrupted());
    current ??= start();
    const run = current;
    run.waiting += 1;
    return new Promise((resolve, reject) => {
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        signal.removeEventListener('abort', giveUp);
        run.waiting -= 1;
        if (run.waiting > 0) return;
        if (current === run) current = undefined;
        run.abandon.abort();
      };
      const giveUp = (): void => {
        leave();
        if (run.lastFailure !== undefined) note(run.lastFailure);
        reject(run.lastFailure ?? interrupted());
      };
      signal.addEventListener('abort', giveUp, { once: true });
      run.result.then(resolve, reject).finally(leave);
    });
  };
}
