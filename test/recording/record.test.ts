import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseRecording } from '../../src/recording/recording.ts';
import { defaultApi, SERVICES } from '../../src/services/index.ts';
import { ONE, OTHER } from '../support/examples.ts';
import { record, runCheck, simulatedConfiguration } from './check.ts';

describe('a recording', () => {
  it('requires the cloud', async () => {
    const configuration = await simulatedConfiguration(1, [ONE]);

    const { code, errors } = await runCheck(configuration, ['--offline', '--record', '/nowhere']);

    expect(code).toBe(2);
    expect(errors).toContain('--record needs the cloud; leave out --offline');
  });
});

describe('a recording of the simulated cloud', () => {
  it('covers every service with probes, and describes its contents', async () => {
    const types = SERVICES.map(({ type }) => type);
    const configuration = await simulatedConfiguration(3, types);

    const { code, text } = await record(configuration);

    const recording = parseRecording(text);
    expect(code).toBe(0);
    expect(recording.cloud).toBe('simulated');
    for (const service of SERVICES) {
      const { type } = service;
      const { backups, resources, policies } = defaultApi(service);
      const list = backups.of === 'project' ? backups.list : backups.ofResource({ id: 'r-1' })[0];
      const counts = [list, resources].map((one) => (one?.paging.by === 'nothing' ? 1 : 5));
      const least = counts.reduce((sum, count) => sum + count, policies?.of === 'resource' ? 2 : 0);
      const probes = recording.responses.filter(
        (response) => response.service === type && response.probe !== undefined,
      );
      expect(probes.length).toBeGreaterThanOrEqual(least);
      expect(probes.length).toBeLessThanOrEqual(12);
    }
  });

  it('of 2,000 resources is small enough to be sent, and lists what it leaves out', async () => {
    const configuration = await simulatedConfiguration(1000, [ONE, OTHER]);

    const { text } = await record(configuration);

    expect(gzipSync(text).length).toBeLessThan(200_000);
    const { left_out: leftOut, responses } = parseRecording(text);
    expect(leftOut).toEqual(
      expect.arrayContaining([expect.stringMatching(/^project 0, [\w-]+ \w+: \d+ responses/)]),
    );
    expect(responses.filter(({ probe }) => probe === 'next rows')).toHaveLength(4);
  });
});

it('a file that is not a recording is rejected with a clear error', () => {
  expect(() => parseRecording('{"format": 2}')).toThrow(/^not a recording of check --record: /);
  expect(() => parseRecording('nothing')).toThrow('not a recording: it is not JSON');
});
