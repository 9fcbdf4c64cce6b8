import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A series of a result: its labels, and its values as Prometheus returns them. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: string])[];
}

/** The time range of a dashboard, in Unix seconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The queries to a Prometheus. A rejected query throws with its reason. */
export interface Queries {
  readonly origin: string;
  readonly queryAt: (query: string, time: number) => Promise<readonly Series[]>;
  readonly queryRange: (query: string, range: TimeRange, step: number) => Promise<readonly Series[]>;
  /** The values of a label among the selected series. */
  readonly labelValues: (label: string, selector: string, range: TimeRange) => Promise<readonly string[]>;
}

/** A Prometheus started by a test. */
export interface Prometheus extends Queries {
  readonly pid: number;
  /** Stops the process, waits until it has exited and removes its data. */
  readonly stop: () => Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** Whether Prometheus and its tool are installed. */
export const hasPrometheus = (): boolean =>
  ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} exited with ${code}: ${errors.trim()}`);
}

async function* withEnd(text: AsyncIterable<string>): AsyncIterable<string> {
  yield* text;
  yield '# EOF\n';
}

/** Converts OpenMetrics text to blocks of a Prometheus. */
async function createBlocks(text: AsyncIterable<string>, workspace: string, data: string): Promise<void> {
  const file = join(workspace, 'history.txt');
  await pipeline(Readable.from(withEnd(text)), createWriteStream(file));
  // promtool reads the whole file once per block: few large blocks instead of a block per two hours.
  const fewBlocks = '--max-block-duration=486h';
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', fewBlocks, file, data]);
  await rm(file);
}

/** Resolves with the address once the server is ready; rejects if it exits before. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const logged: string[] = [];
    const fail = (why: string): void => reject(new Error(`${why}: ${logged.slice(-5).join(' | ')}`));
    const late = setTimeout(() => fail('prometheus did not start'), START_TIMEOUT_MS);
    child.once('exit', (code) => fail(`prometheus exited with ${code}`));
    child.once('error', (error) => fail(error.message));
    if (child.stderr === null) return fail('prometheus has no log');
    let address: string | undefined;
    let ready = false;
    createInterface({ input: child.stderr }).on('line', (line) => {
      logged.push(line);
      address ??= /msg="Listening on" address=(\S+)/.exec(line)?.[1];
      // The two come in any order.
      ready ||= line.includes('Server is ready');
      if (address === undefined || !ready) return;
      clearTimeout(late);
      resolve(`http://${address}`);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(late);
}

async function request(origin: string, path: string, parameters: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${origin}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as { status: string; error?: string; data: unknown };
  if (body.status !== 'success') throw new Error(body.error ?? `status ${response.status}`);
  return body.data;
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

type QueryData =
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly Result[] }
  | { readonly resultType: 'scalar'; readonly result: [number, string] };

/** The series of a query result; a scalar is one without labels. */
function seriesOf(data: unknown): readonly Series[] {
  const result = data as QueryData;
  if (result.resultType === 'scalar') return [{ labels: {}, points: [result.result] }];
  return result.result.map(({ metric, value, values }) => ({
    labels: metric,
    points: values ?? (value === undefined ? [] : [value]),
  }));
}

/** The queries to a running Prometheus. */
export const prometheusAt = (origin: string): Queries => ({
  origin,
  queryAt: async (query, time) => seriesOf(await request(origin, 'query', { query, time: String(time) })),
  queryRange: async (query, range, step) =>
    seriesOf(
      await request(origin, 'query_range', {
        query,
        start: String(range.from),
        end: String(range.to),
        step: String(step),
      }),
    ),
  labelValues: async (label, selector, range) =>
    (await request(origin, `label/${label}/values`, {
      'match[]': selector,
      start: String(range.from),
      end: String(range.to),
    })) as string[],
});

/**
 * Starts a Prometheus on a free loopback port with a history, or without data. It scrapes
 * nothing. If the test process exits without stopping it, it is killed.
 */
export async function startPrometheus(history?: () => AsyncIterable<string>): Promise<Prometheus> {
  const workspace = await mkdtemp(join(tmpdir(), 'dashboard-prometheus-'));
  const data = join(workspace, 'data');
  let child: ChildProcess | undefined;
  const killNow = (): void => {
    child?.kill('SIGKILL');
    rmSync(workspace, { recursive: true, force: true });
  };
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child);
    process.off('exit', killNow);
    await rm(workspace, { recursive: true, force: true });
  };
  process.once('exit', killNow);
  try {
    if (history !== undefined) await createBlocks(history(), workspace, data);
    const configuration = join(workspace, 'prometheus.yml');
    await writeFile(configuration, 'scrape_configs: []\n');
    child = spawn(
      'prometheus',
      [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${data}`,
        '--storage.tsdb.retention.time=100y',
        '--web.listen-address=127.0.0.1:0',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const origin = await listening(child);
    return { ...prometheusAt(origin), pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
