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
  let current: { readonly result: Promise<Result>; lastFailure: CloudFailure | undefined } | undefined;

  const start = (): NonNullable<typeof current> => {
    const started: NonNullable<typeof current> = {
      result: Promise.resolve()
        .then(() =>
          run((failure) => {
            started.lastFailure = failure;
          }),
        )
        .finally(() => {
          current = undefined;
        }),
      lastFailure: undefined,
    };
    return started;
  };

  return async (signal) => {
    if (signal.aborted) throw interrupted(signal);
    current ??= start();
    const shared = current;
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(shared.lastFailure ?? interrupted(signal));
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([shared.result, givenUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };
}
