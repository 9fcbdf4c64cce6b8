import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually, MAIN, plainEnvironment } from '../support/exporter-process.ts';

// Runs a program on a pseudo-terminal of the given width, relays input and output, and exits with its exit code.
const RELAY = `
import fcntl, os, pty, select, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
sources = [terminal, 0]
while True:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b''
        if source == 0:
            if data:
                os.write(terminal, data)
            else:
                sources.remove(0)
        elif data:
            os.write(1, data)
        else:
            status = os.waitpid(pid, 0)[1]
            sys.exit(os.waitstatus_to_exitcode(status) % 256)
`;

/** Key presses. */
export const KEYS = { enter: '\r', ctrlC: '\u0003', ctrlD: '\u0004' } as const;

/** The sequence that clears a line on a terminal, as the source of a regular expression. */
export const CLEAR = '\\r\\u001b\\[2K';

/** A program of this project on a terminal. */
export interface ProgramOnTerminal {
  /** Everything sent to the terminal so far, standard output and standard error together. */
  readonly shown: () => string;
  readonly press: (keys: string) => void;
  /** Resolves when the shown text matches. */
  readonly shows: (what: RegExp) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly shown: string }>;
}

/** Starts the command line on a pseudo-terminal of python3. */
export function startOnTerminal(
  args: readonly string[],
  options: { readonly columns?: number; readonly environment?: Readonly<Record<string, string>> } = {},
): ProgramOnTerminal {
  const { columns = 200, environment = {} } = options;
  const child = spawn('python3', ['-c', RELAY, String(columns), process.execPath, MAIN, ...args], {
    env: { ...plainEnvironment(environment), TERM: environment['TERM'] ?? 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text.replaceAll('\r\n', '\n');
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, shown }));
  return {
    shown: () => shown,
    press: (keys) => void child.stdin.write(keys),
    shows: async (what) => {
      await eventually(
        () => what.test(shown),
        15,
        () => `${what} was not shown: ${shown}`,
      );
    },
    ended,
  };
}
