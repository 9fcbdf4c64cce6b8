import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What is found in an output; undefined for not yet. */
export type ReadOutput = (output: string) => string | undefined;

/** A process that the bench has started, and what Linux tells of it. */
export interface RunningProcess {
  readonly pid: number;
  /** How much it has written so far; what comes later stands behind this. */
  readonly written: () => number;
  /**
   * What `read` first finds in its output, or the pattern captures there, in the part behind `from`. Rejects when it
   * ends or when 60 s pass before.
   */
  readonly says: (read: RegExp | ReadOutput, from?: number) => Promise<string>;
  /** CPU time of all its threads so far, in milliseconds. */
  readonly cpu: () => number;
  /** Resident memory now, in bytes. */
  readonly resident: () => number;
  /** The most resident memory since the last call of `forgetPeak`, in bytes. */
  readonly peak: () => number;
  readonly forgetPeak: () => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Ends it; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

const LONGEST_WAIT_MILLISECONDS = 60_000;
const LONGEST_END_MILLISECONDS = 5000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a process. Its environment is this one's without what would configure the exporter or a proxy. */
export function startProcess(command: string, args: readonly string[]): RunningProcess {
  const child = spawn(command, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  // Without a listener this would end the bench; the missing process id says the same in one line.
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
    // proc(5): 5 resets the peak to what is resident now.
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
    signal: (name) => void child.kill(name),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), LONGEST_END_MILLISECONDS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** CPU time of the threads of a process. The scheduler counts in nanoseconds, `stat` only in hundredths of a second. */
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

function collectOutput(child: ChildProcess): Pick<RunningProcess, 'written' | 'says'> {
  let text = '';
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      tell();
    });
  }
  child.on('close', tell);
  const says = (wanted: RegExp | ReadOutput, from = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const read = typeof wanted === 'function' ? wanted : (output: string) => wanted.exec(output)?.[1];
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        waiting.delete(look);
        act();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${why}:\n${text.slice(from).slice(-2000)}`)));
      const timer = setTimeout(() => fail(`waited in vain for ${wanted}`), LONGEST_WAIT_MILLISECONDS);
      const look = (): void => {
        const found = read(text.slice(from));
        if (found !== undefined) settle(() => resolve(found));
        else if (child.exitCode !== null || child.signalCode !== null)
          fail(`ended with ${child.exitCode ?? child.signalCode}`);
      };
      waiting.add(look);
      look();
    });
  return { written: () => text.length, says };
}
