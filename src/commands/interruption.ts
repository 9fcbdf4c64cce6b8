import type { Terminal } from './terminal.ts';

/** Ctrl-C and SIGTERM while a command runs. */
export interface Interruption {
  /** Aborts at the first one. */
  readonly first: AbortSignal;
  /** Aborts at the second one, if the user does not want to wait. */
  readonly second: AbortSignal;
}

/** Runs a command that decides for itself how to handle interruptions. */
export async function withInterruption<Result>(
  terminal: Pick<Terminal, 'onSignal'>,
  command: (interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  const first = new AbortController();
  const second = new AbortController();
  const letGo = terminal.onSignal(['SIGINT', 'SIGTERM'], () => {
    if (first.signal.aborted) second.abort();
    first.abort();
  });
  try {
    return await command({ first: first.signal, second: second.signal });
  } finally {
    letGo();
  }
}
