import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { createProjectClient } from '../../src/cloud/project-client.ts';
import { parseConfig } from '../../src/config/load.ts';
import { unixSeconds } from '../../src/domain/quantities.ts';
import { createExporter } from '../../src/exporter.ts';
import { parseRecording } from '../../src/recording/recording.ts';
import { startReplay } from '../../src/recording/replay.ts';
import { SERVICE_TYPES, SERVICES } from '../../src/services/index.ts';
import { NO_STATE_FILE } from '../../src/state-file/state-file.ts';
import { expectGolden } from '../support/golden.ts';
import { plainText } from '../support/published.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { record, simulatedConfiguration } from './check.ts';
import { checkReplay, expectSame, verdictsIn } from './check-replay.ts';

describe('a replayed recording', () => {
  it('has the same results for all services of the simulated cloud', async () => {
    const configuration = await simulatedConfiguration(
      4,
      SERVICES.map(({ type }) => type),
    );
    const { path, ...original } = await record(configuration, ['--json']);

    const replayed = await checkReplay(path);

    expectSame(replayed.output, original.output);
    expect(verdictsIn(replayed.output)).toHaveLength(SERVICES.length);
  });
});

const RECORDINGS = new URL('../recordings/', import.meta.url);

/** Series that depend on the machine, not on the recording. */
const OWN =
  /^(?:# \w+ )?(?:process|nodejs|huaweicloud_backup_(?:exporter|config|api|poll_duration|clock_skew))_/;

/** Whether every recorded service still exists. */
const isReadable = (name: string): boolean =>
  parseRecording(readFileSync(new URL(`${name}/recording.json`, RECORDINGS), 'utf8'))
    .settings.projects.flatMap(({ services }) => services)
    .every(({ type }) => SERVICE_TYPES.includes(type));

describe.each(readdirSync(RECORDINGS).filter(isReadable))('the recording %s', (name) => {
  it('is exposed as in its golden file', async () => {
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
      // The first polls take seconds; there are no later ones.
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
