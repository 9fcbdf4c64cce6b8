import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { styleText } from 'node:util';
import { milliseconds, type Seconds, systemClock } from '../domain/quantities.ts';
import { errorCode, errorMessage } from '../errors.ts';
import { fileError } from '../files/file-error.ts';
import { CommandError, EXIT } from './command-error.ts';
import { PROGRAM_NAME } from './program.ts';

export type TextStyle = 'green' | 'red' | 'dim';

/** The process that a command runs in. */
export type Terminal = Readonly<ReturnType<typeof createTerminal>>;

/** Waits in real time; rejects when the signal aborts. */
export const sleep = (duration: Seconds, signal: AbortSignal): Promise<void> =>
  wait(milliseconds(duration), undefined, { signal });

/** Writes to standard output. A reader that leaves early, as `head` does, is not an error. */
export async function print(terminal: Pick<Terminal, 'write'>, text: string): Promise<void> {
  try {
    await terminal.write(text);
  } catch (error) {
    if (!(error instanceof CommandError && errorCode(error.cause) === 'EPIPE')) throw error;
  }
}

export function createTerminal(host: NodeJS.Process) {
  const writeError = (text: string): void => void host.stderr.write(text);
  // Errors are reported to the callback of each write.
  host.stdout.on('error', () => undefined);
  // An error of standard error cannot be reported.
  host.stderr.on('error', () => undefined);
  let handleUncaught = (error: unknown): void => {
    writeError(`${PROGRAM_NAME}: unexpected error: ${errorMessage(error)}\n`);
    host.exit(EXIT.failed);
  };
  host.on('uncaughtException', (error) => handleUncaught(error));
  host.on('unhandledRejection', (error) => handleUncaught(error));
  return {
    environment: host.env as Readonly<Record<string, string | undefined>>,
    /** Writes output of the command to standard output. Rejects with a {@link CommandError} and its cause. */
    write: (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        host.stdout.write(text, (error) => (error ? reject(outputError(error)) : resolve()));
      }),
    /** Writes log lines and errors to standard error. */
    writeError,
    /** Standard output, for long texts. */
    output: host.stdout as Writable,
    /** Width of standard output; undefined if it is not a terminal. */
    outputWidth: widthOf(host.stdout),
    errorWidth: widthOf(host.stderr),
    /** Styles text for standard output if that is a terminal with colors and NO_COLOR is not set. */
    style: (style: TextStyle, text: string): string => styleText(style, text, { stream: host.stdout }),
    /** Whether there is someone to ask. */
    canAsk: host.stdin.isTTY === true && host.stderr.isTTY === true,
    /**
     * Asks a yes/no question on standard error. Ctrl-C and `signal` mean no; input typed before the question is ignored.
     */
    ask: (question: string, signal: AbortSignal) => askOn(host, question, signal),
    /** Calls back at each of the signals until the returned function is called. */
    onSignal: (names: readonly NodeJS.Signals[], handle: (name: NodeJS.Signals) => void) => {
      for (const name of names) host.on(name, handle);
      return (): void => {
        for (const name of names) host.off(name, handle);
      };
    },
    /** Calls back for an uncaught error, instead of printing it and exiting. */
    onUncaught: (handle: (error: unknown) => void): void => {
      handleUncaught = handle;
    },
    /** Calls back for a warning of Node.js, instead of printing it. */
    onWarning: (handle: (warning: Error) => void): void => {
      host.removeAllListeners('warning');
      host.on('warning', handle);
    },
    exit: (code: number): never => host.exit(code),
    clock: systemClock,
    sleep,
  };
}

const outputError = (error: Error): CommandError =>
  new CommandError(`cannot write to standard output: ${fileError(error)}`, EXIT.failed, error);

const USUAL_WIDTH = 80;

function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  // A terminal that does not know its size reports 0.
  return stream.isTTY === true ? stream.columns || USUAL_WIDTH : undefined;
}

async function askOn(host: NodeJS.Process, question: string, signal: AbortSignal): Promise<boolean> {
  if (await discardTyped(host.stdin)) return false;
  const { createInterface } = process.getBuiltinModule('node:readline/promises');
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  const ended = new AbortController();
  lines.on('SIGINT', () => ended.abort());
  lines.on('close', () => ended.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, ended.signal]),
    });
    return /^(?:y|yes)$/i.test(answer.trim());
  } catch {
    host.stderr.write('\n');
    return false;
  } finally {
    lines.close();
  }
}

// Input typed earlier arrives at once.
const TYPED_MILLISECONDS = 50;
const CTRL_C = '\u0003';

/** Discards what was typed so far; resolves with whether it contained Ctrl-C. */
async function discardTyped(keyboard: NodeJS.ReadStream): Promise<boolean> {
  let isInterrupted = false;
  const discard = (typed: Buffer | string): void => {
    isInterrupted ||= typed.includes(CTRL_C);
  };
  // Otherwise, an unfinished line could not be read.
  keyboard.setRawMode(true);
  keyboard.on('data', discard);
  await wait(TYPED_MILLISECONDS);
  keyboard.off('data', discard);
  keyboard.pause();
  keyboard.setRawMode(false);
  return isInterrupted;
}
