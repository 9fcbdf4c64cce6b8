export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Ends a command with one line for its user: what, where, what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/** Ends a command because of its configuration, with one line per mistake. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
