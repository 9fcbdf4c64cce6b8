import { Writable } from 'node:stream';
import { sleep, type Terminal } from '../../src/commands/terminal.ts';
import { systemClock } from '../../src/domain/quantities.ts';

/** A terminal that records its output, for commands that run within a test. */
export interface FakeTerminal extends Terminal {
  readonly written: () => string;
  readonly errors: () => string;
  /** Sends a signal to the command. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** The questions asked. */
  readonly questions: readonly string[];
}

/** A terminal that answers every question with `answer`; without it, it is not interactive. */
export function createFakeTerminal(
  options: {
    readonly answer?: boolean;
    /** The error of writes to standard output; undefined for success. */
    readonly outputError?: Error;
    readonly outputWidth?: number;
    readonly errorWidth?: number;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): FakeTerminal {
  let written = '';
  let errors = '';
  const questions: string[] = [];
  const handlers = new Map<NodeJS.Signals, Set<(name: NodeJS.Signals) => void>>();
  const write = (text: string): void => {
    written += text;
  };
  return {
    environment: options.environment ?? {},
    write: async (text) => {
      if (options.outputError !== undefined) throw options.outputError;
      write(text);
    },
    writeError: (text) => {
      errors += text;
    },
    output: new Writable({
      write: (chunk: Buffer, _, done) => {
        write(chunk.toString());
        done();
      },
    }),
    outputWidth: options.outputWidth,
    errorWidth: options.errorWidth,
    style: (_, text) => text,
    canAsk: options.answer !== undefined,
    ask: (question) => {
      questions.push(question);
      return Promise.resolve(options.answer === true);
    },
    onSignal: (names, handle) => {
      for (const name of names) handlers.set(name, (handlers.get(name) ?? new Set()).add(handle));
      return () => {
        for (const name of names) handlers.get(name)?.delete(handle);
      };
    },
    onUncaught: () => undefined,
    onWarning: () => undefined,
    exit: () => {
      throw new Error('the command ended the process');
    },
    clock: systemClock,
    sleep,
    written: () => written,
    errors: () => errors,
    signal: (name) => {
      for (const handle of handlers.get(name) ?? []) handle(name);
    },
    questions,
  };
}
