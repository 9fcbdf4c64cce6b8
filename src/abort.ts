/** A signal that aborts when one of two does, for the same reason, and removes its listeners when it is no longer needed. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** The result of `work`, or a rejection with `reason()` as soon as the signal aborts; the work continues. */
export async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  reason: () => unknown = () => signal.reason,
): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(reason());
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Joins two signals. Unlike `AbortSignal.any`, it leaves no listeners on long-lived signals. */
export function joinSignals(one: AbortSignal, other: AbortSignal): JoinedSignal {
  const joined = new AbortController();
  const abort = (): void => joined.abort(one.aborted ? one.reason : other.reason);
  if (one.aborted || other.aborted) abort();
  one.addEventListener('abort', abort, { once: true });
  other.addEventListener('abort', abort, { once: true });
  return {
    signal: joined.signal,
    release: () => {
      one.removeEventListener('abort', abort);
      other.removeEventListener('abort', abort);
    },
  };
}
