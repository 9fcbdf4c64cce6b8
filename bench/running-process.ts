import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Finds something in the output; undefined if it is not there yet. */
export type ReadOutput = (output: string) => string | undefined;

/** A process started by the bench, with statistics from Linux. */
export interface RunningProcess {
  readonly pid: number;
  /** The length of its output so far. */
  readonly outputLength: () => number;
  /**
   * Waits for output after `from` that `read` finds or the pattern captures. Rejects if the process exits or 60 s pass
   * before that.
   */
  readonly waitForOutput: (read: RegExp | ReadOutput, from?: number) => Promise<string>;
  /** CPU time of all its threads so far, in milliseconds. */
  readonly cpu: () => number;
  /** Resident memory now, in bytes. */
  readonly resident: () => number;
  /** Maximum resident memory since the last call of `resetPeak`, in bytes. */
  readonly peak: () => number;
  readonly resetPeak: () => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Stops it; resolves when it has exited. */
  readonly stop: () => Promise<void>;
}

const WAIT_TIMEOUT_MILLISECONDS = 60_000;
const STOP_TIMEOUT_MILLISECONDS = 5000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a process. Its environment is this one without variables that configure the exporter or a proxy. */
export function startProcess(command: string, args: readonly string[]): RunningProcess {
  const child = spawn(command, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  // Without a listener this would end the bench; the missing process id is reported in one line instead.
  child.on('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  running.add(child);
  child.once('exit', () => running.delete(child));
  const output = collectOutput(child);
  const status = (field: string): number => {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  };
  return {
    pid,
    ...output,
    cpu: () => cpuMilliseconds(pid),
    resident: () => status('VmRSS'),
    peak: () => status('VmHWM'),
    // proc(5): 5 resets the peak to the current resident memory.
    resetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
    signal: (name) => void child.kill(name),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MILLISECONDS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** The CPU time of the threads of a process. `schedstat` has nanoseconds, `stat` only hundredths of a second. */
function cpuMilliseconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:HUAWEICLOUD_|HW_|https?_proxy|no_proxy|NODE_|VITEST|npm_)/i.test(name),
  );
  return Object.fromEntries(kept);
}

function collectOutput(child: ChildProcess): Pick<RunningProcess, 'outputLength' | 'waitForOutput'> {
  let text = '';
  const waiting = new Set<() => void>();
  const notify = (): void => {
    for (const check of waiting) check();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      notify();
    });
  }
  child.on('close', notify);
  const waitForOutput = (wanted: RegExp | ReadOutput, from = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const read = typeof wanted === 'function' ? wanted : (output: string) => wanted.exec(output)?.[1];
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        waiting.delete(check);
        finish();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${why}:\n${text.slice(from).slice(-2000)}`)));
      const timer = setTimeout(() => fail(`timed out waiting for ${wanted}`), WAIT_TIMEOUT_MILLISECONDS);
      const check = (): void => {
        const found = read(text.slice(from));
        if (found !== undefined) settle(() => resolve(found));
        else if (child.exitCode !== null || child.signalCode !== null)
          fail(`exited with ${child.exitCode ?? child.signalCode}`);
      };
      waiting.add(check);
      check();
    });
  return { outputLength: () => text.length, waitForOutput };
}
