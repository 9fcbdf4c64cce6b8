import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SERVICES } from '../src/services/index.ts';
import type { SimulatedCloud } from '../src/services/simulated-cloud.ts';
import { type ClientResults, runClient } from './soak/clients.ts';
import { injectFaults } from './soak/faults.ts';
import { createRandom, type Random } from './soak/random.ts';
import { leakedResources, measureUsage, type ResourceUsage, resourcesText } from './soak/resource-usage.ts';
import { startTestBed, type TestBed } from './soak/test-bed.ts';

// Runs the exporter for thousands of polls with faults, reloads and scrapes, and compares the resources of the process
// at the end with those after the first tenth:
//   node --expose-gc scripts/soak.ts --polls 20000 --seed 1
// Exits with 1 if there is a leak.

const MEBIBYTE = 2 ** 20;
const MAX_GROWTH = 6 * MEBIBYTE;
const WARM_UP_SHARE = 0.1;
const CLIENTS = 3;
const RELOAD_MILLISECONDS = 120;
const POLLERS = 6;
/** Two for each poll in progress, including the polls of guests. */
const MAX_LISTENERS = 2 * (POLLERS + 2);
/** Those of the exporter and the cloud. */
const SERVERS = { TCPServerWrap: 2 };

const { values } = parseArgs({
  options: { polls: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const wanted = Number(values.polls);
const random = createRandom(Number(values.seed));

const before = await measureUsage();
const testBed = await startTestBed();
const clientResults: ClientResults = { requests: 0, abandoned: 0, failures: [] };
const sum = { faults: 0, reloads: 0 };

await pollWithFaults(Math.ceil(wanted * WARM_UP_SHARE));
const warm = await measureAtRest();
await pollWithFaults(wanted);
const end = await measureAtRest();
const unrecovered = await unrecoveredServices();
const polls = testBed.polls();
await testBed.stop();
const after = await measureUsage();

report();

/** Runs until this number of polls, with concurrent faults, reloads and clients. */
async function pollWithFaults(until: number): Promise<void> {
  const done = new AbortController();
  testBed.configure(configuration(testBed.cloud, '150ms'));
  await testBed.reload();
  testBed.setResting(false);
  const others = Promise.all([
    injectFaults(testBed.cloud, random, done.signal),
    reloadRepeatedly(testBed, random, done.signal),
    ...Array.from({ length: CLIENTS }, () => runClient(testBed.origin, random, done.signal, clientResults)),
  ]);
  while (testBed.polls() < until) await wait(20);
  done.abort();
  const [faults, reloads] = await others;
  sum.faults += faults;
  sum.reloads += reloads;
}

/** Pauses all polls, before they open connections, and measures the usage. */
async function measureAtRest(): Promise<ResourceUsage> {
  testBed.configure(configuration(testBed.cloud, '20s'));
  testBed.setResting(true);
  await testBed.reload();
  await testBed.allWait(POLLERS);
  return measureUsage();
}

/** Polls every service again without faults; returns those that still fail. */
async function unrecoveredServices(): Promise<readonly string[]> {
  const once = testBed.polls() + 3 * POLLERS;
  testBed.setResting(false);
  while (testBed.polls() < once) await wait(20);
  testBed.setResting(true);
  await testBed.allWait(POLLERS);
  return testBed.exporter
    .status()
    .polls.filter(({ recent }) => recent[0]?.outcome !== 'success')
    .map(({ project, service, recent }) => `${project} ${service}: ${recent[0]?.reason}`);
}

/** Reloads valid and invalid configurations until the signal aborts; resolves with the number of reloads. */
async function reloadRepeatedly(
  { cloud, configure, reload }: TestBed,
  { draw, pick, happens }: Random,
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
  const line = (name: string, of: (held: ResourceUsage) => string | number): string =>
    `${name.padEnd(28)}${String(of(warm)).padStart(12)}${String(of(end)).padStart(12)}\n`;
  const memoryOf = ({ heap, external }: ResourceUsage): number => heap + external;
  const faults = [
    ...(memoryOf(end) - memoryOf(warm) > MAX_GROWTH ? ['memory grew'] : []),
    ...(end.descriptors > warm.descriptors ? ['open descriptors grew'] : []),
    ...leakedResources(before, end, SERVERS).map((more) => `${more} leaked at rest`),
    ...leakedResources(before, after).map((more) => `${more} leaked after the stop`),
    ...(after.descriptors > before.descriptors ? ['more open descriptors after the stop'] : []),
    ...(testBed.mostListeners() > MAX_LISTENERS
      ? [`${testBed.mostListeners()} listeners on the signal that ends polls`]
      : []),
    ...unrecovered.map((service) => `does not recover: ${service}`),
    ...new Set(clientResults.failures),
  ];
  process.stdout.write(
    `${polls} polls, ${sum.faults} faults, ${sum.reloads} reloads, ${clientResults.requests} requests (${clientResults.abandoned} abandoned)\n` +
      `${''.padEnd(28)}${'after 10 %'.padStart(12)}${'at the end'.padStart(12)}\n` +
      line('heap after GC, MiB', ({ heap }) => mebibytes(heap)) +
      line('external memory, MiB', ({ external }) => mebibytes(external)) +
      line('resident set, MiB', ({ residentSet }) => mebibytes(residentSet)) +
      line('open descriptors', ({ descriptors }) => descriptors) +
      `at rest: ${resourcesText(end.resources)}; after the stop: ${resourcesText(after.resources)}\n` +
      (faults.length === 0 ? 'no leaks\n' : faults.map((fault) => `LEAK: ${fault}\n`).join('')),
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}
