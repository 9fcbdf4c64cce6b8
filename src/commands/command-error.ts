export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Ends a command with one line for its user: what, where, what to do. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Thrown when standard output cannot be written. */
export class OutputError extends CommandError {
  override readonly name = 'OutputError';
  /** Whether the reader has gone, as with `head`. */
  readonly isReaderGone: boolean;

  constructor(message: string, isReaderGone: boolean) {
    super(message);
    this.isReaderGone = isReaderGone;
  }
}

/** Ends a command because of its configuration, with one line per mistake. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
