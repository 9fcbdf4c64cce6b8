import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import { PROGRAM_NAME } from './build.ts';
import { EXIT } from './exit-codes.ts';
import { systemErrorWords } from './system-error.ts';

/** What a command has of the process that it runs in. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output: what the command was asked for. */
  readonly write: (text: string) => void;
  /** Writes to standard error: log lines and what went wrong. */
  readonly writeError: (text: string) => void;
  /** Standard output, for long texts. */
  readonly output: Writable;
  /** Characters in a line of standard output; undefined where that is no terminal. */
  readonly outputWidth: number | undefined;
  /** The same of standard error. */
  readonly errorWidth: number | undefined;
  /** Whether standard output may be coloured: a terminal, and no wish against it (https://no-color.org). */
  readonly isColourful: boolean;
  /** Whether someone sits there who can be asked. */
  readonly canAsk: boolean;
  /** Asks a question on standard error; resolves with whether the answer was yes. Ctrl-C and `signal` answer no. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<boolean>;
  /** Calls back at each of the signals until the returned function is called. */
  readonly onSignal: (names: readonly NodeJS.Signals[], handle: (name: NodeJS.Signals) => void) => () => void;
  /** Calls back for an error that nothing has caught, in place of saying it and ending the process. */
  readonly onUncaught: (handle: (error: unknown) => void) => void;
  /** Ends the process now. */
  readonly exit: (code: number) => never;
}

/** The terminal of a process. A reader of its output that goes away ends nothing but the output. */
export function createTerminal(host: NodeJS.Process): Terminal {
  const writeError = (text: string): void => void host.stderr.write(text);
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    writeError(`${PROGRAM_NAME}: cannot write to standard output: ${systemErrorWords(error)}\n`);
    host.exit(EXIT.failed);
  });
  // Where errors cannot be written, nobody can be told.
  host.stderr.on('error', () => undefined);
  let handleUncaught = (error: unknown): void => {
    writeError(
      `${PROGRAM_NAME}: unexpected error: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    host.exit(EXIT.failed);
  };
  host.on('uncaughtException', (error) => handleUncaught(error));
  host.on('unhandledRejection', (error) => handleUncaught(error));
  return {
    environment: host.env,
    write: (text) => void host.stdout.write(text),
    writeError,
    output: host.stdout,
    outputWidth: widthOf(host.stdout),
    errorWidth: widthOf(host.stderr),
    isColourful: host.stdout.isTTY === true && wantsColours(host.env),
    canAsk: host.stdin.isTTY === true && host.stderr.isTTY === true,
    ask: (question, signal) => askOn(host, question, signal),
    onSignal: (names, handle) => {
      for (const name of names) host.on(name, handle);
      return () => {
        for (const name of names) host.off(name, handle);
      };
    },
    onUncaught: (handle) => {
      handleUncaught = handle;
    },
    exit: (code) => host.exit(code),
  };
}

const USUAL_WIDTH = 80;

function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  // A terminal that does not know its size says 0.
  return stream.isTTY === true ? stream.columns || USUAL_WIDTH : undefined;
}

function wantsColours({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}

async function askOn(host: NodeJS.Process, question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  const ended = new AbortController();
  const end = (): void => ended.abort();
  lines.on('SIGINT', end);
  lines.on('close', end);
  signal.addEventListener('abort', end, { once: true });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: ended.signal });
    return /^(?:y|yes)$/i.test(answer.trim());
  } catch {
    host.stderr.write('\n');
    return false;
  } finally {
    signal.removeEventListener('abort', end);
    lines.close();
  }
}
