import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The main file of the program: the built one if the test project builds it, otherwise its source. */
export const MAIN = inject('program') ?? SOURCE;

/** Milliseconds: far less than the timeouts of requests and polls, far more than a busy machine needs. */
export const SOON = 15_000;

// Not in the user's home.
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** The main file: the source or a built one. */
export interface ProgramFile {
  readonly main?: string;
}

/** The exit code of a program and its whole output. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A running program of this project. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly ended: Promise<ProgramEnd>;
}

/** The environment of programs under test: this one without variables that configure the exporter or a proxy. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(HUAWEICLOUD_|HW_|https?_proxy|no_proxy|NODE_OPTIONS|VITEST|CI$|NO_COLOR|FORCE_COLOR)/i.test(name),
  );
  return { ...Object.fromEntries(kept), XDG_CACHE_HOME: CACHE, ...more };
}

/** Starts the program with the given arguments. */
export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { main = MAIN }: ProgramFile = {},
): RunningProgram {
  const child = spawn(process.execPath, [main, ...args], {
    env: plainEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output, errors }));
  return { child, output: () => output, errors: () => errors, ended };
}

/** Runs the program until it exits. */
export function runProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  file: ProgramFile = {},
): Promise<ProgramEnd> {
  return startProgram(args, environment, file).ended;
}

/** Polls until there is a result; after `seconds` it fails with the last description. */
export async function eventually<Value>(
  poll: () => Value | undefined | false | Promise<Value | undefined | false>,
  seconds = 30,
  describe: () => string = () => 'no result',
): Promise<Value> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await poll();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > until) throw new Error(`after ${seconds} s: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A serving exporter. */
export interface ServingExporter extends RunningProgram {
  readonly origin: string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly metrics: () => Promise<readonly Sample[]>;
  /** Sends SIGTERM and resolves when the process has ended. */
  readonly stop: () => Promise<ProgramEnd>;
}

/** Starts `serve` (or another command that serves) on a free port and waits until it listens. */
export async function startExporter(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  file: ProgramFile = {},
): Promise<ServingExporter> {
  const program = startProgram([...args, '--web.listen-address', '127.0.0.1:0'], environment, file);
  const address = await eventually(
    () => {
      if (program.child.exitCode !== null)
        throw new Error(`ended with ${program.child.exitCode}: ${program.errors()}`);
      return /(?:msg=listening address=|"address":")([\d.:]+)/.exec(program.errors())?.[1];
    },
    20,
    program.errors,
  );
  const origin = `http://${address}`;
  const get: ServingExporter['get'] = (path, headers = {}) => fetch(`${origin}${path}`, { headers });
  return {
    ...program,
    origin,
    get,
    metrics: async () => readSamples(await (await get('/metrics')).text()),
    stop: () => {
      program.child.kill('SIGTERM');
      return program.ended;
    },
  };
}

/** One sample of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Parses the samples of a text exposition. */
export function readSamples(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (match === null) throw new Error(`not a sample: ${line}`);
      const [, name = '', labels = '', value = ''] = match;
      const pairs = [...labels.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, label, text = '']) => [label, unescaped(text)],
      );
      return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) };
    });
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));

/** The values of the samples with this name (without its prefix) and all of these labels. */
export function valuesOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): readonly number[] {
  return samples
    .filter((sample) => sample.name === `huaweicloud_backup_${name}`)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .map(({ value }) => value);
}

/** A new directory for the files of a test; `remove` deletes it. */
export async function temporaryDirectory() {
  const directory = await mkdtemp(join(tmpdir(), 'backup-exporter-'));
  return {
    directory,
    path: (name: string) => join(directory, name),
    write: async (name: string, content: string) => {
      const path = join(directory, name);
      await writeFile(path, content);
      return path;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
