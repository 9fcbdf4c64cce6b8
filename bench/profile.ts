import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openClouds } from './clouds.ts';
import { EMPTY_ESTATE, type Estate, estateOfSeries, SMALL_ESTATE } from './estate.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { type CpuProfile, heaviest } from './heaviest.ts';
import { openScraper } from './scraper.ts';

// Profiles the main thread of the exporter, for docs/PERFORMANCE.md:
//   npm run bench:profile -- poll      polls of 100,000 backups
//   npm run bench:profile -- scrape    gzip scrapes of 100,000 series
//   npm run bench:profile -- start     from the start until it listens
//   npm run bench:profile -- projects  polls of 200 projects
// Other threads (compression, part of the garbage collection) are not profiled.

interface Scenario {
  readonly clouds: number;
  readonly estate: Estate;
  readonly interval: string;
  readonly run: (exporter: RunningExporter, serve: (estate: Estate) => Promise<void>) => Promise<void>;
}

const SERIES = 100_000;
const POLLS = 5;
const SCRAPES = 10_000;
const PROJECTS_SECONDS = 40;
const SHOWN = 25;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  poll: {
    clouds: 1,
    estate: EMPTY_ESTATE,
    interval: '30m',
    run: async (exporter, serve) => {
      await serve(estateOfSeries(SERIES, SERIES));
      for (let count = 0; count < POLLS; count += 1) {
        const from = exporter.outputLength();
        exporter.reload();
        await exporter.untilPolled(from);
      }
    },
  },
  scrape: {
    clouds: 1,
    estate: estateOfSeries(SERIES, SERIES),
    interval: '30m',
    run: async ({ port }) => {
      const scraper = await openScraper(port);
      for (let count = 0; count < SCRAPES; count += 1) await scraper.scrape('gzip');
      scraper.close();
    },
  },
  start: { clouds: 1, estate: SMALL_ESTATE, interval: '30m', run: async () => undefined },
  projects: {
    clouds: 200,
    estate: { graphs: 10, backupsPerGraph: 108, excluded: 0 },
    interval: '20s',
    run: () => new Promise((resolve) => setTimeout(resolve, PROJECTS_SECONDS * 1000)),
  },
};

const { values, positionals } = parseArgs({
  options: {
    main: { type: 'string', default: fileURLToPath(new URL('../dist/main.js', import.meta.url)) },
  },
  allowPositionals: true,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const name = positionals[0] ?? '';
const scenario = SCENARIOS[name];
if (scenario === undefined) {
  process.stderr.write(`bench: expected one of ${Object.keys(SCENARIOS).join(', ')}\n`);
  process.exit(2);
}
const directory = mkdtempSync(join(tmpdir(), 'backup-exporter-profile-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const clouds = await openClouds(scenario.clouds, scenario.estate);
const exporter = await startExporter({
  main: values.main,
  directory,
  settings: { poll: { interval: scenario.interval }, projects: clouds.projects(['ges']) },
  nodeFlags: ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', directory],
});
if (name !== 'start') await exporter.untilPolled();
await scenario.run(exporter, clouds.serve);
// The profile is written when the process ends.
await exporter.stop();
await clouds.stop();
for (const file of readdirSync(directory).filter((entry) => entry.endsWith('.cpuprofile'))) {
  const profile = JSON.parse(readFileSync(join(directory, file), 'utf8')) as CpuProfile;
  process.stdout.write(`${heaviest(profile, SHOWN)}\n`);
}
