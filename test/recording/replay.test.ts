import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import { replayFile } from '../../src/commands/demo.ts';
import { parseConfig } from '../../src/config/load.ts';
import { systemClock, unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter } from '../../src/exporter.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { startReplay } from '../../src/recording/replay.ts';
import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { NO_STATE_FILE } from '../../src/state-file/state-file.ts';
import { expectGolden } from '../support/golden.ts';
import { plainText } from '../support/published.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { newFile, record, runCheck, simulatedConfiguration } from './check.ts';
import { startOtherCloud } from './other-cloud.ts';

interface CheckedResource {
  readonly states: readonly string[];
}

interface CheckedService {
  readonly service: string;
  /** Those of a recording are more: they come from the probes too. */
  readonly contradictions?: unknown;
  readonly attention: readonly CheckedResource[];
  readonly outside_objective: readonly Readonly<Record<string, number | string>>[];
}

/** What check --json says, without names and times. */
function verdictsIn(output: string) {
  return servicesIn(output).map(
    ({ attention, outside_objective: outside, contradictions: _, ...counts }) => ({
      ...counts,
      attention: attention.map(({ states }) => states.join(' ')).sort(),
      objectives: outside.map(({ rpo_seconds: objective }) => objective).sort(),
    }),
  );
}

/** The ages of what is outside its objective, in seconds, in order. */
function agesIn(output: string): readonly number[] {
  const { now_timestamp_seconds: now } = JSON.parse(output);
  const times = servicesIn(output).flatMap(({ outside_objective: outside }) =>
    outside.flatMap(({ created_timestamp_seconds: created, last_success_timestamp_seconds: success }) =>
      [created, success].filter((time) => time !== undefined),
    ),
  );
  return times.map((time) => now - Number(time)).sort((one, other) => one - other);
}

const servicesIn = (output: string): readonly CheckedService[] =>
  (
    JSON.parse(output) as { readonly projects: readonly { readonly services: readonly CheckedService[] }[] }
  ).projects.flatMap(({ services }) => services);

function expectSame(replayed: string, original: string): void {
  expect(verdictsIn(replayed)).toEqual(verdictsIn(original));
  const [ages, originalAges] = [agesIn(replayed), agesIn(original)];
  expect(ages).toHaveLength(originalAges.length);
  for (const [index, age] of ages.entries()) {
    expect(Math.abs(age - (originalAges[index] ?? 0))).toBeLessThan(120);
  }
}

/** Checks the cloud of a recording as `demo --replay` serves it. */
async function checkReplay(path: string) {
  const { configuration, stop } = await replayFile(path, systemClock());
  onTestFinished(stop);
  return await runCheck(stringify(configuration), ['--json']);
}

describe('a recording that is served as a cloud', () => {
  it('gives the same counts, ages, states and objectives as the account, under other names', async () => {
    const { configuration } = await startOtherCloud();
    const { path, ...original } = await record(configuration, ['--json']);

    const replayed = await checkReplay(path);

    expectSame(replayed.output, original.output);
    expect(replayed.code).toBe(original.code);
    expect(verdictsIn(original.output)).toMatchObject([
      { service: 'ges', backups: 21, resources: 3, no_objective: 1 },
      { service: 'rds', backups: 4, resources: 1, excluded: 1 },
    ]);
  });

  it('keeps an override that names a resource, and the verdict that follows from it', async () => {
    const { configuration } = await startOtherCloud();
    const { path } = await record(configuration);
    const changed = parseRecording(await readFile(path, 'utf8'));
    const without = { ...changed, settings: { ...changed.settings, rpo: { default: '26h', overrides: [] } } };
    const other = await newFile();
    await writeFile(other, JSON.stringify(without));

    const [kept] = verdictsIn((await checkReplay(path)).output);
    const [dropped] = verdictsIn((await checkReplay(other)).output);

    expect(kept?.objectives).toHaveLength(0);
    expect(dropped?.objectives).toHaveLength(1);
  });

  it('gives the same of all services of the simulated cloud', async () => {
    const configuration = await simulatedConfiguration(
      4,
      SERVICES.map(({ type }) => type),
    );
    const { path, ...original } = await record(configuration, ['--json']);

    const replayed = await checkReplay(path);

    expectSame(replayed.output, original.output);
    expect(verdictsIn(replayed.output)).toHaveLength(SERVICES.length);
  });

  it.each([
    ['refuses offsets and limits', { largestLimit: 5, behindTheEnd: 400 }],
    ['counts pages', { largestLimit: 5, offsetIsPage: true }],
    ['counts the rows of a page', { totalOfPage: true }],
    ['writes times in a form that cannot be read', { timeForm: (time: Date) => time.toUTCString() }],
    ['throttles', { throttleAfter: 12 }],
  ])('gives the same of a cloud that %s', async (_, difference) => {
    const { configuration } = await startOtherCloud(difference);
    const { path, ...original } = await record(configuration, ['--json']);

    const replayed = await checkReplay(path);

    expectSame(replayed.output, original.output);
  });

  it('answers a request that was never made as one that nobody knows', async () => {
    const recording = parseRecording((await record((await startOtherCloud()).configuration)).text);
    const replay = await startReplay(recording, 0);
    onTestFinished(replay.stop);
    const { projects } = replay.configuration as { projects: { services: { endpoint: string }[] }[] };
    const endpoint = projects[0]?.services[0]?.endpoint;

    const response = await fetch(`${endpoint}/v2/${'0'.repeat(32)}/nothing`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error_code: 'RECORDING.404' });
  });

  it('makes up a page that was never requested from the rows of others', async () => {
    const recording = parseRecording((await record((await startOtherCloud()).configuration)).text);
    const replay = await startReplay(recording, 0);
    onTestFinished(replay.stop);
    const { projects } = replay.configuration as { projects: { services: { endpoint: string }[] }[] };
    const list = `${projects[0]?.services[0]?.endpoint}/v2/${'0'.repeat(32)}/graphs/backups`;

    const [page, all] = await Promise.all(
      ['?offset=3&limit=4', '?offset=0&limit=120'].map(
        async (query) =>
          (await fetch(list + query)).json() as Promise<{ readonly backup_list: readonly unknown[] }>,
      ),
    );

    expect(page).toEqual({ backup_count: 21, backup_list: all?.backup_list.slice(3, 7) });
  });
});

const RECORDINGS = new URL('../recordings/', import.meta.url);

/** Series that depend on the machine, not on the recording. */
const OWN =
  /^(?:# \w+ )?(?:process|nodejs|huaweicloud_backup_(?:exporter|config|api|poll_duration|clock_skew))_/;

/** Whether every service that was recorded is still there. */
const isReadable = (name: string): boolean =>
  parseRecording(readFileSync(new URL(`${name}/recording.json`, RECORDINGS), 'utf8'))
    .settings.projects.flatMap(({ services }) => services)
    .every(({ type }) => SERVICE_TYPES.includes(type));

describe.each(readdirSync(RECORDINGS).filter(isReadable))('the recording %s', (name) => {
  it('is exposed as it was', async () => {
    const text = await readFile(new URL(`${name}/recording.json`, RECORDINGS), 'utf8');
    const recording = parseRecording(text);
    const replay = await startReplay(recording, 0);
    onTestFinished(replay.stop);
    let waiting = 0;
    const clock = () => unixSeconds(Date.parse(recording.recorded_at) / 1000);
    const log = createRecordingLog();
    const exporter = createExporter({
      build: { version: '0.0.0', revision: 'test', nodeVersion: 'v24.0.0' },
      clock,
      log,
      stateFile: NO_STATE_FILE,
      // The first polls are within seconds, the next ones never come.
      sleep: (duration, signal) => {
        if (duration < 30) return Promise.resolve();
        waiting += 1;
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
      deadline: () => AbortSignal.timeout(20_000),
      createClient: (project, poll, observe) =>
        createProjectClient(project, {
          ...poll,
          clock,
          sleep: () => Promise.resolve(),
          random: () => 0.5,
          log,
          observe,
          userAgent: 'test',
          environment: {},
        }),
    });
    onTestFinished(() => exporter.stop());
    const config = parseConfig(stringify(replay.configuration), 'replay');
    if (!config.ok) throw new Error(JSON.stringify(config.problems));

    await exporter.apply(config.config);
    const services = recording.settings.projects.flatMap((project) => project.services);
    await expect.poll(() => waiting).toBe(services.length);

    const exposition = plainText(exporter.publication(), 'text') + (await exporter.renderOwnMetrics('text'));
    // Services are in the order in which their polls ended.
    const lines = exposition
      .split('\n')
      .filter((line) => !OWN.test(line))
      .toSorted();
    expectGolden(`recordings/${name}/golden.txt`, lines.join('\n'));
  });
});
