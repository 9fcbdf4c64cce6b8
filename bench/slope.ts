import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type RunningExporter, startExporter } from './exporter.ts';
import { openScraper } from './scraper.ts';
import { median } from './statistics.ts';
import type { StubCloudRequest, StubCloudResponse } from './stub-cloud.ts';
import { startWorker } from './worker.ts';

// Measures the cost of polls and scrapes of one process by the number of its projects, each with 10 graphs and 400 backups:
//   npm run bench:slope -- 10@10s 1000@60s 5000@120s     projects at an interval
//   npm run bench:slope -- --main /other/dist/main.js 1000@60s

const ESTATE = { graphs: 10, backupsPerGraph: 40, excluded: 0 };
const SCRAPES = 100;
/** Long enough for a poll to end between two scrapes, so that each scrape joins new output. */
const BETWEEN_SCRAPES_MILLISECONDS = 50;
const READY_TIMEOUT_MILLISECONDS = 600_000;

interface Slope {
  readonly projects: number;
  readonly intervalSeconds: number;
}

interface SlopeCost extends Slope {
  readonly readyAfterSeconds: number;
  /** CPU time of the process, all threads, per second. */
  readonly cores: number;
  readonly cpuMillisecondsPerPoll: number;
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
  readonly series: number;
  readonly gzipMegabytes: number;
  readonly plainMegabytes: number;
  readonly cpuMillisecondsPerScrape: number;
  readonly millisecondsPerScrape: number;
}

async function measureSlope(main: string, directory: string, slope: Slope): Promise<SlopeCost> {
  const { projects, intervalSeconds } = slope;
  const cloud = startWorker<StubCloudRequest, StubCloudResponse>('stub-cloud.ts');
  const { origin } = await cloud.request({ estate: ESTATE });
  const exporter = await startExporter({
    main,
    directory,
    settings: {
      poll: { interval: `${intervalSeconds}s` },
      projects: Array.from({ length: projects }, (_, index) => projectOf(origin, index)),
    },
  });
  try {
    const readyAfterSeconds = await untilReady(exporter);
    await wait(intervalSeconds * 1000);
    const before = exporter.cpu();
    const began = performance.now();
    await wait(intervalSeconds * 1000);
    const cpu = exporter.cpu() - before;
    const elapsed = performance.now() - began;
    const residentMegabytes = exporter.resident() / 1e6;
    const peakMegabytes = exporter.peak() / 1e6;
    const scrapes = await measureScrapes(exporter);
    return {
      ...slope,
      readyAfterSeconds,
      cores: cpu / elapsed,
      cpuMillisecondsPerPoll: cpu / (projects * (elapsed / 1000 / intervalSeconds)),
      residentMegabytes,
      peakMegabytes,
      ...scrapes,
    };
  } finally {
    await exporter.stop();
    await cloud.stop();
  }
}

// Short, as a configuration file is limited to 1 MiB.
function projectOf(endpoint: string, index: number) {
  return {
    name: `p${String(index).padStart(4, '0')}`,
    region: 'cn-north-4',
    project_id: index.toString(16).padStart(32, '0'),
    credentials: { type: 'token', token: 'any' },
    services: [{ type: 'ges', endpoint }],
  };
}

async function untilReady({ port }: RunningExporter): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < READY_TIMEOUT_MILLISECONDS) {
    const response = await fetch(`http://127.0.0.1:${port}/-/ready`);
    await response.arrayBuffer();
    if (response.ok) return (performance.now() - began) / 1000;
    await wait(500);
  }
  throw new Error('the exporter was not ready in time');
}

/** Scrapes between the polls. The median ignores scrapes during a large garbage collection. */
async function measureScrapes(exporter: RunningExporter) {
  const times: number[] = [];
  const cpus: number[] = [];
  let bytes = 0;
  const scraper = await openScraper(exporter.port);
  for (let count = 0; count < SCRAPES; count += 1) {
    await wait(BETWEEN_SCRAPES_MILLISECONDS);
    const before = exporter.cpu();
    const scrape = await scraper.scrape('gzip');
    cpus.push(exporter.cpu() - before);
    bytes = scrape.bytes;
    times.push(scrape.milliseconds);
  }
  scraper.close();
  const response = await fetch(`http://127.0.0.1:${exporter.port}/metrics`, {
    headers: { 'Accept-Encoding': 'identity' },
  });
  const plain = Buffer.from(await response.arrayBuffer());
  return {
    series: countSeries(plain),
    gzipMegabytes: bytes / 1e6,
    plainMegabytes: plain.length / 1e6,
    cpuMillisecondsPerScrape: median(cpus),
    millisecondsPerScrape: median(times),
  };
}

function countSeries(plain: Buffer): number {
  let series = 0;
  for (let at = 0; at < plain.length; at = plain.indexOf(10, at) + 1) if (plain[at] !== 35) series += 1;
  return series;
}

const { values, positionals } = parseArgs({
  options: {
    main: { type: 'string', default: fileURLToPath(new URL('../dist/main.js', import.meta.url)) },
  },
  allowPositionals: true,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const directory = mkdtempSync(join(tmpdir(), 'backup-exporter-slope-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const text of positionals.length > 0 ? positionals : ['10@10s', '1000@60s']) {
  const [, projects, intervalSeconds] = /^(\d+)@(\d+)s$/.exec(text) ?? [];
  if (projects === undefined) {
    process.stderr.write(`bench: ${text}: expected projects and interval, such as 1000@60s\n`);
    process.exit(2);
  }
  const cost = await measureSlope(values.main, directory, {
    projects: Number(projects),
    intervalSeconds: Number(intervalSeconds),
  });
  process.stdout.write(
    `${JSON.stringify(cost, (_key, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value))}\n`,
  );
}
