import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** A process that the bench has started, and what Linux tells of it. */
export interface RunningProcess {
  readonly pid: number;
  /** What the first match of the pattern in its output captures; rejects when it ends or 60 s pass before. */
  readonly says: (pattern: RegExp) => Promise<string>;
  /** CPU time of all its threads so far, in milliseconds. */
  readonly cpu: () => number;
  /** Resident memory now, in bytes. */
  readonly resident: () => number;
  /** The most resident memory since the last call of `forgetPeak`, in bytes. */
  readonly peak: () => number;
  readonly forgetPeak: () => void;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
}

const LONGEST_WAIT_MILLISECONDS = 60_000;

/** Starts a process. Its environment is this one's without what would configure the exporter or a proxy. */
export function startProcess(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningProcess {
  const child = spawn(command, args, {
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const status = (field: string): number => {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
  };
  return {
    pid,
    says: output.says,
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
      const force = setTimeout(() => child.kill('SIGKILL'), 5000);
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

function collectOutput(child: ChildProcess) {
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
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => settle(() => reject(new Error(`${why}:\n${text.slice(-2000)}`)));
      const timer = setTimeout(() => fail(`waited in vain for ${pattern}`), LONGEST_WAIT_MILLISECONDS);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        waiting.delete(look);
        act();
      };
      const look = (): void => {
        const match = pattern.exec(text);
        if (match !== null) settle(() => resolve(match[1] ?? ''));
        else if (child.exitCode !== null) fail(`ended with ${child.exitCode}`);
      };
      waiting.add(look);
      look();
    });
  return { says };
}
