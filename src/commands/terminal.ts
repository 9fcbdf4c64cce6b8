import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';

/** What a command has of the process that it runs in. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output: what the command was asked for. */
  readonly write: (text: string) => void;
  /** Writes to standard error: log lines and what went wrong. */
  readonly writeError: (text: string) => void;
  /** Standard output, for long texts. */
  readonly output: Writable;
  /** Whether standard output is a terminal. */
  readonly isInteractive: boolean;
  /** Whether standard error is a terminal. */
  readonly errorsAreInteractive: boolean;
  /** Whether someone sits there who can be asked. */
  readonly canAsk: boolean;
  /** Asks a question on standard error; resolves with whether the answer was yes. */
  readonly ask: (question: string) => Promise<boolean>;
  /** Calls back at each of the signals until the returned function is called. */
  readonly onSignal: (names: readonly NodeJS.Signals[], handle: (name: NodeJS.Signals) => void) => () => void;
  /** Calls back for an error that nothing has caught. */
  readonly onUncaught: (handle: (error: unknown) => void) => void;
  /** Ends the process now. */
  readonly exit: (code: number) => never;
}

/** The terminal of a process. A reader of its output that goes away ends nothing but the output. */
export function createTerminal(host: NodeJS.Process): Terminal {
  host.stdout.on('error', endOnBrokenPipe);
  host.stderr.on('error', endOnBrokenPipe);
  return {
    environment: host.env,
    write: (text) => void host.stdout.write(text),
    writeError: (text) => void host.stderr.write(text),
    output: host.stdout,
    isInteractive: host.stdout.isTTY === true,
    errorsAreInteractive: host.stderr.isTTY === true,
    canAsk: host.stdin.isTTY === true && host.stderr.isTTY === true,
    ask: (question) => askOn(host, question),
    onSignal: (names, handle) => {
      for (const name of names) host.on(name, handle);
      return () => {
        for (const name of names) host.off(name, handle);
      };
    },
    onUncaught: (handle) => {
      host.on('uncaughtException', handle);
      host.on('unhandledRejection', handle);
    },
    exit: (code) => host.exit(code),
  };
}

async function askOn(host: NodeJS.Process, question: string): Promise<boolean> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  const interrupted = new AbortController();
  lines.on('SIGINT', () => interrupted.abort());
  lines.on('close', () => interrupted.abort());
  try {
    return /^(?:y|yes)$/i.test(
      (await lines.question(`${question} [y/N] `, { signal: interrupted.signal })).trim(),
    );
  } catch {
    host.stderr.write('\n');
    return false;
  } finally {
    lines.close();
  }
}

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
