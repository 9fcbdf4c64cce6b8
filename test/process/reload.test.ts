import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatedCloud, SimulatedCloudOptions } from '../../src/services/simulated-cloud.ts';
import { type ConfigurationParts, configurationFor, passwordOf } from '../support/configuration.ts';
import {
  eventually,
  type Sample,
  type ServingExporter,
  SOON,
  startExporter,
  valuesOf,
} from '../support/exporter-process.ts';
import { parseText } from '../support/exposition-parser.ts';
import { cloudFor, filesFor } from './command-world.ts';

let files: Awaited<ReturnType<typeof filesFor>>;
beforeEach(async () => {
  files = await filesFor();
});

const startCloud = (options: Partial<SimulatedCloudOptions> = {}): Promise<SimulatedCloud> =>
  cloudFor({ counts: { ges: 8, 'gaussdb-mysql': 2 }, ...options });

const projectOf = (cloud: SimulatedCloud, name: string) => ({
  name,
  region: cloud.account.region,
  iam_endpoint: cloud.origin,
  credentials: passwordOf(cloud),
  services: [{ type: 'ges', endpoint: cloud.origin }],
});

/** Writes the configuration file of the exporter. */
const configure = (cloud: SimulatedCloud, parts: ConfigurationParts = {}): Promise<string> =>
  files.write('config.yml', configurationFor(cloud, parts));

async function startReady(
  cloud: SimulatedCloud,
  parts: ConfigurationParts = {},
  args: readonly string[] = ['--web.enable-lifecycle'],
): Promise<ServingExporter> {
  const exporter = await startExporter(['--config.file', await configure(cloud, parts), ...args]);
  onTestFinished(async () => void (await exporter.stop()));
  await eventually(async () => (await exporter.get('/-/ready')).status === 200);
  return exporter;
}

const post = (exporter: ServingExporter, path = '/-/reload'): Promise<Response> =>
  fetch(`${exporter.origin}${path}`, { method: 'POST' });

type Reload = (exporter: ServingExporter) => Promise<unknown>;

const reloads = (exporter: ServingExporter, message: string): number =>
  exporter
    .errors()
    .split('\n')
    .filter((line) => line.includes(message)).length;

/** Sends SIGHUP and waits until the result is logged. */
const hangUp: Reload = async (exporter) => {
  const logged = () => reloads(exporter, 'msg="configuration ');
  const before = logged();
  exporter.child.kill('SIGHUP');
  await eventually(() => logged() > before);
};

const METHODS: readonly (readonly [string, Reload])[] = [
  ['SIGHUP', hangUp],
  ['POST /-/reload', (exporter) => post(exporter)],
];

const one = (samples: readonly Sample[], name: string): number | undefined => valuesOf(samples, name)[0];

/** The resource series of a project, as text. */
const seriesOf = (samples: readonly Sample[], project: string): readonly string[] =>
  samples
    .filter(
      ({ name, labels }) =>
        labels['project'] === project && labels['resource_id'] !== undefined && name !== '',
    )
    .map(({ name, labels, value }) => `${name} ${JSON.stringify(labels)} ${value}`)
    .sort();

const pollsOf = (samples: readonly Sample[], project: string): number =>
  valuesOf(samples, 'polls_total', { project, outcome: 'success' }).reduce((sum, value) => sum + value, 0);

describe.each(METHODS)('a reload by %s', (_, reload) => {
  // When a backup is due depends on the objective.
  const withoutDue = (samples: Parameters<typeof seriesOf>[0]) =>
    seriesOf(samples, 'prod').filter((line) => !line.startsWith('huaweicloud_backup_due_'));

  it('of a valid file applies projects and objectives, and keeps the series and counters of unchanged projects', async () => {
    const cloud = await startCloud();
    const { id } = cloud.resourceOf('healthy');
    const exporter = await startReady(cloud, { moreProjects: [projectOf(cloud, 'leaving')] });
    cloud.startBackup(id);
    cloud.finishBackup(id);
    const finished = { project: 'prod', resource_id: id, result: 'succeeded' };
    await eventually(async () => valuesOf(await exporter.metrics(), 'finished_total', finished)[0] === 1);
    const before = await exporter.metrics();

    await configure(cloud, {
      interval: '30s',
      rpo: { default: '2d' },
      moreProjects: [projectOf(cloud, 'coming')],
    });
    await reload(exporter);
    const atOnce = await exporter.metrics();
    await eventually(async () => pollsOf(await exporter.metrics(), 'coming') > 0);
    const later = await exporter.metrics();

    for (const samples of [atOnce, later]) {
      expect(valuesOf(samples, 'finished_total', finished)).toEqual([1]);
      expect(withoutDue(samples)).toEqual(
        withoutDue(before).map((line) =>
          line.startsWith('huaweicloud_backup_rpo_seconds') ? line.replace(/93600$/, '172800') : line,
        ),
      );
      expect(pollsOf(samples, 'prod')).toBeGreaterThanOrEqual(pollsOf(before, 'prod'));
      expect(samples.filter(({ labels }) => labels['project'] === 'leaving')).toEqual([]);
      expect(one(samples, 'config_last_reload_successful')).toBe(1);
    }
    const time = 'config_last_reload_success_timestamp_seconds';
    expect(one(later, time)).toBeGreaterThan(one(before, time) ?? Number.NaN);
    expect(seriesOf(later, 'coming').length).toBeGreaterThan(20);
  });

  it.each([
    ['is not YAML', 'projects: [', /config\.yml:1: /],
    ['has an error', 'pol: {}\nprojects: []\n', /config\.yml:1: /],
    ['is empty', '', /config\.yml:1: the file is empty/],
    ['is too large', `# ${'x'.repeat(2 ** 21)}`, /config\.yml: the file /],
  ])('of a file that %s changes nothing, and is logged as failed', async (__, content, problem) => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    const before = await exporter.metrics();

    await files.write('config.yml', content);
    await reload(exporter);
    const after = await exporter.metrics();
    await eventually(async () => pollsOf(await exporter.metrics(), 'prod') > pollsOf(after, 'prod') + 1);
    await configure(cloud);
    await reload(exporter);
    const fixed = await exporter.metrics();

    const time = 'config_last_reload_success_timestamp_seconds';
    expect(seriesOf(after, 'prod')).toEqual(seriesOf(before, 'prod'));
    expect(one(after, 'config_last_reload_successful')).toBe(0);
    expect(one(after, time)).toBe(one(before, time));
    expect(exporter.errors()).toMatch(
      /level=error msg="configuration not reloaded, keeping the previous one"/,
    );
    expect(exporter.errors()).toMatch(problem);
    expect(one(fixed, 'config_last_reload_successful')).toBe(1);
    expect(one(fixed, time)).toBeGreaterThan(one(before, time) ?? Number.NaN);
  });
});

describe('POST /-/reload', () => {
  it('is disabled by default', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud, {}, []);
    await files.write('config.yml', 'no configuration');

    const response = await post(exporter);

    expect([response.status, await response.text()]).toEqual([
      403,
      'Reloading over HTTP is disabled. Start with --web.enable-lifecycle to enable it, or send SIGHUP.\n',
    ]);
    expect(one(await exporter.metrics(), 'config_last_reload_successful')).toBe(1);
  });

  it('responds with the errors in the file', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    const path = await files.write('config.yml', 'pol: {}\nprojects: []\n');

    const response = await post(exporter);

    expect(response.status).toBe(500);
    expect(await response.text()).toContain(`\n${path}:1: `);
  });

  it('does not reload on GET', async () => {
    const exporter = await startReady(await startCloud());

    const response = await exporter.get('/-/reload');

    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(reloads(exporter, 'configuration reloaded')).toBe(0);
  });
});

describe('reloads', () => {
  it('of a removed file change nothing', async () => {
    const exporter = await startReady(await startCloud());
    const before = await exporter.metrics();

    await files.remove();
    const response = await post(exporter);
    const after = await exporter.metrics();

    expect(response.status).toBe(500);
    expect(seriesOf(after, 'prod')).toEqual(seriesOf(before, 'prod'));
  });

  it('of the same file do not sign in again', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud, { moreProjects: [projectOf(cloud, 'second')] });
    const signIns = () => cloud.requests.filter(({ operation }) => operation === 'sign_in').length;
    const before = signIns();

    for (let round = 0; round < 10; round += 1) await post(exporter);
    await Promise.all(Array.from({ length: 50 }, () => post(exporter)));
    const polled = pollsOf(await exporter.metrics(), 'second');
    await eventually(async () => pollsOf(await exporter.metrics(), 'second') > polled);

    expect(before).toBe(2);
    expect(signIns()).toBe(before);
    expect(reloads(exporter, 'configuration reloaded')).toBeLessThan(40);
  });

  it('take effect at once while all requests to the cloud hang', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    cloud.inject({ match: {}, fault: { kind: 'no-response' } });
    await eventually(() => cloud.requests.some(({ status }) => status === undefined));
    await configure(cloud, { rpo: { default: '3d' } });

    const began = performance.now();
    await post(exporter);
    const took = performance.now() - began;

    const objectives = new Set(valuesOf(await exporter.metrics(), 'rpo_seconds', { project: 'prod' }));
    expect(took).toBeLessThan(SOON);
    expect(objectives).toEqual(new Set([259_200]));
  });

  it('concurrent with scrapes lose no series, and end with the last file', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    const names = (samples: readonly Sample[]) =>
      new Set(
        samples
          .filter(({ labels }) => labels['project'] === 'prod')
          .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
      );
    const resourceNames = (samples: readonly Sample[]) =>
      [...names(samples)].filter((name) => name.includes('resource_id'));
    const before = resourceNames(await exporter.metrics());
    const missing: string[] = [];
    const scrape = async (): Promise<void> => {
      const text = await (await exporter.get('/metrics')).text();
      const series = new Set(
        parseText(text)
          .flatMap(({ samples }) => samples)
          .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
      );
      missing.push(...before.filter((name) => !series.has(name)));
    };

    const ROUNDS = 40;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const parts = {
        rpo: { default: `${round}h` },
        ...(round % 2 === 0 && { moreProjects: [projectOf(cloud, 'guest')] }),
      };
      if (round % 5 === 0) await writeFile(files.path('config.yml'), 'broken: [');
      else await configure(cloud, parts);
      const hangsUp = round % 3 === 0;
      if (hangsUp) exporter.child.kill('SIGHUP');
      await Promise.all([post(exporter), scrape(), post(exporter), scrape(), scrape()]);
    }
    await configure(cloud, { rpo: { default: '77h' } });
    await Promise.all([post(exporter), post(exporter), scrape()]);
    const after = await exporter.metrics();
    await eventually(async () => pollsOf(await exporter.metrics(), 'prod') > pollsOf(after, 'prod') + 3);

    expect(missing).toEqual([]);
    expect(new Set(valuesOf(after, 'rpo_seconds'))).toEqual(new Set([77 * 3600]));
    expect(after.filter(({ labels }) => labels['project'] === 'guest')).toEqual([]);
    expect(reloads(exporter, 'level=error msg="unexpected')).toBe(0);
    process.stdout.write(`${ROUNDS * 2} reloads among ${ROUNDS * 3} scrapes; no series lost\n`);
  }, 60_000);

  it('are aborted by SIGTERM', async () => {
    const cloud = await startCloud();
    const exporter = await startReady(cloud);
    cloud.inject({ match: {}, fault: { kind: 'no-response' } });

    const began = performance.now();
    for (let count = 0; count < 20; count += 1) {
      exporter.child.kill('SIGHUP');
      post(exporter).catch(() => undefined);
    }
    exporter.child.kill('SIGTERM');
    const { code } = await exporter.ended;

    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(SOON);
  });
});
