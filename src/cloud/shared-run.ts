import type { CloudFailure } from './failure.ts';

/** Receives each failed attempt that is followed by another. */
export type NoteFailure = (failure: CloudFailure) => void;

/**
 * Shares one run among concurrent callers. A caller whose `signal` aborts gets the last failed attempt of the run, else
 * `interrupted`; the run continues.
 */
export function shareRun<Result>(
  run: (note: NoteFailure) => Promise<Result>,
  interrupted: (signal: AbortSignal) => CloudFailure,
): (signal: AbortSignal) => Promise<Result> {
  let current: Promise<Result> | undefined;
  let lastFailure: CloudFailure | undefined;

  const start = (): Promise<Result> => {
    lastFailure = undefined;
    const note: NoteFailure = (failure) => {
      lastFailure = failure;
    };
    return run(note).finally(() => {
      current = undefined;
    });
  };

  return async (signal) => {
    if (signal.aborted) throw interrupted(signal);
    current ??= start();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(lastFailure ?? interrupted(signal));
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([current, givenUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };
}
