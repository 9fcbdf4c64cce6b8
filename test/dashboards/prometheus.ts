import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A series of a result: its labels and its values as Prometheus writes them. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [time: number, value: string])[];
}

/** The span that a dashboard shows, in Unix seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a Prometheus can be asked. A query that it refuses rejects with its reason. */
export interface Queries {
  readonly origin: string;
  readonly atInstant: (query: string, time: number) => Promise<readonly Series[]>;
  readonly overTime: (query: string, span: Span, step: number) => Promise<readonly Series[]>;
  /** The values of a label among the series that the selector finds. */
  readonly labelValues: (label: string, selector: string, span: Span) => Promise<readonly string[]>;
}

/** A running Prometheus of its own. */
export interface Prometheus extends Queries {
  readonly pid: number;
  /** Ends the process, waits until it is gone and removes its data. */
  readonly stop: () => Promise<void>;
}

const STARTS_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 10_000;

/** Whether Prometheus and its tool are installed. */
export const hasPrometheus = (): boolean =>
  ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaint.trim()}`);
}

async function* withEnd(text: AsyncIterable<string>): AsyncIterable<string> {
  yield* text;
  yield '# EOF\n';
}

/** Turns OpenMetrics text into blocks of a Prometheus. */
async function createBlocks(text: AsyncIterable<string>, workspace: string, data: string): Promise<void> {
  const file = join(workspace, 'history.txt');
  await pipeline(Readable.from(withEnd(text)), createWriteStream(file));
  // promtool reads the whole file once per block: few large blocks instead of a block per two hours.
  const fewBlocks = '--max-block-duration=486h';
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', fewBlocks, file, data]);
  await rm(file);
}

/** Resolves with the address once the server says where it listens; rejects when it ends before. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (why: string): void => reject(new Error(`${why}: ${said.slice(-5).join(' | ')}`));
    const late = setTimeout(() => fail('prometheus did not start'), STARTS_WITHIN_MS);
    child.once('exit', (code) => fail(`prometheus ended with ${code}`));
    child.once('error', (error) => fail(error.message));
    if (child.stderr === null) return fail('prometheus has no log');
    let address: string | undefined;
    let ready = false;
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
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
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await gone;
  clearTimeout(late);
}

async function ask(origin: string, path: string, parameters: Record<string, string>): Promise<unknown> {
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

type Answer =
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly Result[] }
  | { readonly resultType: 'scalar'; readonly result: [number, string] };

/** The series of an answer; a plain number is one without labels. */
function seriesOf(data: unknown): readonly Series[] {
  const answer = data as Answer;
  if (answer.resultType === 'scalar') return [{ labels: {}, points: [answer.result] }];
  return answer.result.map(({ metric, value, values }) => ({
    labels: metric,
    points: values ?? (value === undefined ? [] : [value]),
  }));
}

/** The queries of a Prometheus that runs. */
export const prometheusAt = (origin: string): Queries => ({
  origin,
  atInstant: async (query, time) => seriesOf(await ask(origin, 'query', { query, time: String(time) })),
  overTime: async (query, span, step) =>
    seriesOf(
      await ask(origin, 'query_range', {
        query,
        start: String(span.from),
        end: String(span.to),
        step: String(step),
      }),
    ),
  labelValues: async (label, selector, span) =>
    (await ask(origin, `label/${label}/values`, {
      'match[]': selector,
      start: String(span.from),
      end: String(span.to),
    })) as string[],
});

/**
 * Starts a Prometheus on a free port of the loopback with a history, or with no data at all. It scrapes
 * nothing. When the test process ends without stopping it, it is ended by its process id.
 */
export async function startPrometheus(history?: () => AsyncIterable<string>): Promise<Prometheus> {
  const workspace = await mkdtemp(join(tmpdir(), 'dashboard-prometheus-'));
  const data = join(workspace, 'data');
  let child: ChildProcess | undefined;
  const endAtOnce = (): void => {
    child?.kill('SIGKILL');
    rmSync(workspace, { recursive: true, force: true });
  };
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child);
    process.off('exit', endAtOnce);
    await rm(workspace, { recursive: true, force: true });
  };
  process.once('exit', endAtOnce);
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
