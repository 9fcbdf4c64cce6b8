import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SERVICES } from '../src/services/index.ts';
import type { SimulatedCloud } from '../src/services/simulated-cloud.ts';
import { type Chance, createChance } from './soak/chance.ts';
import { type Holdings, moreThan, resourcesText, takeStock } from './soak/rest.ts';
import { type Stage, setStage } from './soak/stage.ts';
import { makeTrouble } from './soak/troubles.ts';
import { type Visits, visit } from './soak/visitors.ts';

// Runs the exporter for thousands of polls among faults, reloads and scrapes, and compares what the process holds
// at the end with what it held after the first tenth:
//   node --expose-gc scripts/soak.ts --polls 20000 --seed 1
// Ends with 1 when something was left behind.

const MEBIBYTE = 2 ** 20;
const MOST_GROWTH = 6 * MEBIBYTE;
const WARM_UP_SHARE = 0.1;
const VISITORS = 3;
const RELOAD_MILLISECONDS = 120;
const POLLERS = 6;
/** Two for each poll under way, the polls of guests included. */
const MOST_LISTENERS = 2 * (POLLERS + 2);
/** The exporter's and the cloud's. */
const SERVERS = { TCPServerWrap: 2 };

const { values } = parseArgs({
  options: { polls: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const wanted = Number(values.polls);
const chance = createChance(Number(values.seed));

const before = await takeStock();
const stage = await setStage();
const seen: Visits = { visits: 0, abandoned: 0, bad: [] };
const sum = { troubles: 0, reloads: 0 };

await pollAmongTroubles(Math.ceil(wanted * WARM_UP_SHARE));
const warm = await rest();
await pollAmongTroubles(wanted);
const end = await rest();
const unwell = await servicesThatDoNotRecover();
const polls = stage.polls();
await stage.stop();
const after = await takeStock();

report();

/** Polls until there were so many, with troubles, reloads and visitors all at once. */
async function pollAmongTroubles(until: number): Promise<void> {
  const over = new AbortController();
  stage.configure(configuration(stage.cloud, '150ms'));
  await stage.reload();
  stage.setResting(false);
  const others = Promise.all([
    makeTrouble(stage.cloud, chance, over.signal),
    reloadAgainAndAgain(stage, chance, over.signal),
    ...Array.from({ length: VISITORS }, () => visit(stage.origin, chance, over.signal, seen)),
  ]);
  while (stage.polls() < until) await wait(20);
  over.abort();
  const [troubles, reloads] = await others;
  sum.troubles += troubles;
  sum.reloads += reloads;
}

/** Brings everything to rest, with connections not yet made, and takes stock. */
async function rest(): Promise<Holdings> {
  stage.configure(configuration(stage.cloud, '20s'));
  stage.setResting(true);
  await stage.reload();
  await stage.allWait(POLLERS);
  return takeStock();
}

/** Lets every service poll once more without a fault; gives those that fail all the same. */
async function servicesThatDoNotRecover(): Promise<readonly string[]> {
  const once = stage.polls() + 3 * POLLERS;
  stage.setResting(false);
  while (stage.polls() < once) await wait(20);
  stage.setResting(true);
  await stage.allWait(POLLERS);
  return stage.exporter
    .status()
    .polls.filter(({ recent }) => recent[0]?.outcome !== 'success')
    .map(({ project, service, recent }) => `${project} ${service}: ${recent[0]?.reason}`);
}

/** Reloads good and bad configurations until the signal aborts; resolves with how many. */
async function reloadAgainAndAgain(
  { cloud, configure, reload }: Stage,
  { draw, pick, happens }: Chance,
  signal: AbortSignal,
): Promise<number> {
  let reloads = 0;
  while (!signal.aborted) {
    await wait(draw() * RELOAD_MILLISECONDS * 5, undefined, { signal }).catch(() => undefined);
    const plain = configuration(cloud, '150ms');
    configure(pick([plain, configuration(cloud, '150ms', ['guest']), plain, 'projects: [']));
    await (happens(0.3) ? Promise.all([reload(), reload()]) : reload());
    reloads += 1;
  }
  return reloads;
}

function configuration({ origin, account }: SimulatedCloud, requestTimeout: string, guests: string[] = []) {
  const { user, domain, password, accessKey, secretKey, region, projectId } = account;
  const byPassword = { type: 'password', user, domain, password };
  const projectOf = (name: string, credentials: object) => ({
    name,
    region,
    project_id: projectId,
    iam_endpoint: origin,
    credentials,
    services: SERVICES.filter(({ byDefault }) => byDefault).map(({ type, settings }) => ({
      type,
      endpoint: origin,
      ...(name === 'by-key' && 'api_version' in settings && { api_version: 'v1.0' }),
    })),
  });
  return JSON.stringify({
    poll: { interval: '5m', request_timeout: requestTimeout },
    rpo: { default: 'policy' },
    projects: [
      projectOf('by-password', byPassword),
      projectOf('by-key', { type: 'access-key', access_key: accessKey, secret_key: secretKey }),
      projectOf('by-agency', { type: 'ecs-agency' }),
      ...guests.map((name) => projectOf(name, byPassword)),
    ],
  });
}

function report(): void {
  const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(1);
  const line = (name: string, of: (held: Holdings) => string | number): string =>
    `${name.padEnd(28)}${String(of(warm)).padStart(12)}${String(of(end)).padStart(12)}\n`;
  const memoryOf = ({ heap, external }: Holdings): number => heap + external;
  const faults = [
    ...(memoryOf(end) - memoryOf(warm) > MOST_GROWTH ? ['memory grew'] : []),
    ...(end.descriptors > warm.descriptors ? ['descriptors were left open'] : []),
    ...moreThan(before, end, SERVERS).map((more) => `${more} left over at rest`),
    ...moreThan(before, after).map((more) => `${more} left over when everything had stopped`),
    ...(after.descriptors > before.descriptors
      ? ['descriptors were left open when everything had stopped']
      : []),
    ...(stage.mostListeners() > MOST_LISTENERS
      ? [`${stage.mostListeners()} listeners for the end of polls`]
      : []),
    ...unwell.map((service) => `does not recover: ${service}`),
    ...new Set(seen.bad),
  ];
  process.stdout.write(
    `${polls} polls, ${sum.troubles} troubles, ${sum.reloads} reloads, ${seen.visits} visits (${seen.abandoned} abandoned)\n` +
      `${''.padEnd(28)}${'after 10 %'.padStart(12)}${'at the end'.padStart(12)}\n` +
      line('heap after collection, MiB', ({ heap }) => mebibytes(heap)) +
      line('external memory, MiB', ({ external }) => mebibytes(external)) +
      line('resident set, MiB', ({ residentSet }) => mebibytes(residentSet)) +
      line('open descriptors', ({ descriptors }) => descriptors) +
      `at rest: ${resourcesText(end.resources)}; when everything has stopped: ${resourcesText(after.resources)}\n` +
      (faults.length === 0
        ? 'nothing was left behind\n'
        : faults.map((fault) => `LEFT BEHIND: ${fault}\n`).join('')),
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
