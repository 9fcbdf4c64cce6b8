import type { Bench } from '../bench.ts';
import { openClouds } from '../clouds.ts';
import { estateOfSeries } from '../estate.ts';
import { startExporter } from '../exporter.ts';
import type { ProductRequest, ProductResponse } from '../product.ts';
import { type Encoding, openScraper, type Scraper } from '../scraper.ts';
import { compareBodies, type Server, type ServerName, startServers } from '../servers.ts';
import { interleave, median } from '../statistics.ts';
import { startWorker } from '../worker.ts';

/** The cost of a scrape of a server in one round. */
export interface ScrapeCost {
  /** Time to the last byte; the median of the scrapes of the round. */
  readonly milliseconds: number;
  /** CPU time of the server for one scrape, in milliseconds. */
  readonly cpu: number;
  /** All bytes of the response. */
  readonly bytes: number;
}

/** The costs of scrapes by `server encoding`, round by round. */
export type ScrapeRounds = Readonly<Record<string, readonly ScrapeCost[]>>;

/** CPU time of publishing all series once, in milliseconds. */
export interface PublishingCost {
  /** The first time in a process. */
  readonly first: number;
  /** Later, round by round. */
  readonly publish: readonly number[];
  /** A gzip scrape of client_golang in the same rounds. */
  readonly clientGolang: readonly number[];
}

/** All compared servers, serving the same resource series. */
export interface Comparison {
  readonly series: number;
  readonly servers: ReadonlyMap<ServerName, Server>;
  readonly stop: () => Promise<void>;
}

const ENCODINGS: readonly Encoding[] = ['gzip', 'identity'];
const WARM_UP_MILLISECONDS = 500;
// Long enough for each round to include garbage collection, which runs once in some hundred scrapes.
const MEASURED_MILLISECONDS = 300;
const MAX_SCRAPES = 500;
// Garbage is collected in one of three publications.
const PUBLICATIONS = 6;

/** The key of the rounds of a server. */
export const roundsOf = (name: ServerName, encoding: Encoding): string => `${name} ${encoding}`;

/** Starts all servers with this number of series, and checks that they serve the same. */
export async function startComparison(bench: Bench, series: number, backups: number): Promise<Comparison> {
  const clouds = await openClouds(1, estateOfSeries(series, backups));
  const settings = { poll: { interval: '30m' }, projects: clouds.projects(['ges']) };
  const exporter = await startExporter({ ...bench, settings });
  await exporter.untilPolled();
  await clouds.stop();
  const servers = await startServers(exporter, bench.directory, bench.clientGolang);
  const compared = await compareBodies(servers);
  if (compared !== series) throw new Error(`${compared} resource series are served, not ${series}`);
  return {
    series,
    servers,
    stop: async () => {
      await Promise.all(Array.from(servers.values(), (server) => server.stop()));
    },
  };
}

/** The cost of a scrape of each server, in interleaved rounds. */
export function measureScrapes({ servers }: Comparison, rounds: number): Promise<ScrapeRounds> {
  return measureServers(servers, rounds);
}

/** The cost of a scrape of the exporter and of the floor, for two sizes in the same rounds. */
export async function measureGrowth(
  small: Comparison,
  large: Comparison,
  rounds: number,
): Promise<{ readonly small: ScrapeRounds; readonly large: ScrapeRounds }> {
  const named = new Map<string, Server>();
  for (const [size, comparison] of [
    ['small', small],
    ['large', large],
  ] as const) {
    for (const name of ['exporter', 'floor'] as const) {
      const server = comparison.servers.get(name);
      if (server !== undefined) named.set(`${size}/${name}`, server);
    }
  }
  const measured = await measureServers(named, rounds);
  const ofSize = (size: string): ScrapeRounds =>
    Object.fromEntries(
      Object.entries(measured)
        .filter(([name]) => name.startsWith(`${size}/`))
        .map(([name, costs]) => [name.slice(size.length + 1), costs]),
    );
  return { small: ofSize('small'), large: ofSize('large') };
}

/** The CPU of rendering and compressing the series, and of gzip scrapes of client_golang in the same rounds. */
export async function measurePublishing(
  { series, servers }: Comparison,
  rounds: number,
): Promise<PublishingCost> {
  const server = servers.get('client_golang');
  if (server === undefined) throw new Error('client_golang is not started');
  const product = startWorker<ProductRequest, ProductResponse>('product.ts');
  const scraper = await openScraper(server.port);
  try {
    const publish = async (times: number): Promise<number> =>
      (await product.request({ kind: 'work', work: 'publish', times })).cpu;
    await product.request({ kind: 'load', estate: estateOfSeries(series, series) });
    const first = await publish(1);
    await publish(PUBLICATIONS);
    const measured = await interleave(
      rounds,
      new Map([
        ['publish', () => publish(PUBLICATIONS)],
        ['client_golang', async () => (await measureServer(server, scraper, 'gzip', 1)).cpu],
      ]),
    );
    return {
      first,
      publish: measured.get('publish') ?? [],
      clientGolang: measured.get('client_golang') ?? [],
    };
  } finally {
    scraper.close();
    await product.stop();
  }
}

async function measureServers(servers: ReadonlyMap<string, Server>, rounds: number): Promise<ScrapeRounds> {
  const scrapers: Scraper[] = [];
  const work = new Map<string, () => Promise<ScrapeCost>>();
  try {
    for (const [name, server] of servers) {
      const scraper = await openScraper(server.port);
      scrapers.push(scraper);
      for (const encoding of ENCODINGS) {
        const scrapes = await warmUp(scraper, encoding);
        work.set(`${name} ${encoding}`, () => measureServer(server, scraper, encoding, scrapes));
      }
    }
    return Object.fromEntries(await interleave(rounds, work));
  } finally {
    for (const scraper of scrapers) scraper.close();
  }
}

/** Scrapes until the server is warmed up; resolves with the number of scrapes per round. */
async function warmUp(scraper: Scraper, encoding: Encoding): Promise<number> {
  const times: number[] = [];
  const until = performance.now() + WARM_UP_MILLISECONDS;
  while (times.length < 2 || performance.now() < until)
    times.push((await scraper.scrape(encoding)).milliseconds);
  return Math.max(1, Math.min(MAX_SCRAPES, Math.round(MEASURED_MILLISECONDS / median(times))));
}

async function measureServer(
  server: Server,
  scraper: Scraper,
  encoding: Encoding,
  scrapes: number,
): Promise<ScrapeCost> {
  const times: number[] = [];
  let bytes = 0;
  const before = server.cpu();
  for (let count = 0; count < scrapes; count += 1) {
    const scrape = await scraper.scrape(encoding);
    times.push(scrape.milliseconds);
    bytes = scrape.bytes;
  }
  return { milliseconds: median(times), cpu: (server.cpu() - before) / scrapes, bytes };
}
