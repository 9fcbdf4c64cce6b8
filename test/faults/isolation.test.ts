import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedFault } from '../../src/services/simulated-cloud.ts';
import { eventually, valuesOf } from '../support/exporter-process.ts';
import { CALLS } from './calls.ts';
import { anotherPatience, type Certificates, makeCertificates, type Stage, setStage } from './stage.ts';
import { countedOutcomes, SERVICES } from './trial.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

let stage: Stage;
afterEach(() => stage.stop());

const start = async (): Promise<Stage> => {
  stage = await setStage(certificates, { gesVersion: 'v2' });
  return stage;
};

// What a code means is known of the service that sends it.
const mayCome = (fault: SimulatedFault, service: string): boolean => {
  if (fault.kind !== 'status' || fault.body === undefined) return true;
  return service === (fault.status === 400 ? 'ges' : 'gaussdb-mysql');
};

describe('a fault that passes at once', () => {
  const PASSING: readonly SimulatedFault[] = [
    { kind: 'reset' },
    { kind: 'reset-in-body' },
    ...[408, 429, 502, 503, 504].map((status): SimulatedFault => ({ kind: 'status', status })),
    { kind: 'status', status: 400, body: { error_code: 'GES.7051', error_msg: 'Try again.' } },
    { kind: 'status', status: 500, body: { error_code: 'DBS.200412', error_msg: 'Try again.' } },
  ];
  const calls = CALLS.filter(({ gesVersion, fromSecondPage }) => gesVersion === 'v2' && !fromSecondPage);

  it('is overcome within the poll, whichever call it befalls', async () => {
    const { exporter, cloud, configuration } = await start();
    let tried = 0;
    for (const fault of PASSING) {
      for (const { match, brings, service: called } of calls) {
        if (!mayCome(fault, called)) continue;
        if (brings === 'token') await exporter.apply(configuration(anotherPatience()));
        const before = await exporter.samples();
        exporter.clear();
        const undo = cloud.inject({ match, fault, times: 1 });

        await exporter.poll();

        const after = await exporter.samples();
        undo();
        tried += 1;
        for (const service of SERVICES) {
          expect(countedOutcomes(before, after, 'prod', service)).toEqual(['success']);
          expect(valuesOf(after, 'inventory_success', { project: 'prod', cloud_service: service })).toEqual([
            1,
          ]);
        }
        expect(exporter.pauses).toHaveLength(1);
      }
    }
    process.stdout.write(`${tried} passing faults overcome\n`);
  }, 30_000);
});

describe('a project whose every call hangs', () => {
  it('holds up no other, and ends its own poll in time', async () => {
    const { exporter, cloud, limitPolls } = await start();
    cloud.inject({ match: {}, fault: { kind: 'no-response' } });
    const before = await exporter.samples();
    const series = exporter.resourceSeries('prod');
    limitPolls(2500);

    const polling = exporter.poll();
    const whileItHangs = await eventually(async () => {
      const samples = await exporter.samples();
      return countedOutcomes(before, samples, 'other', 'gaussdb-mysql').length > 0 && samples;
    });
    await polling;
    const after = await exporter.samples();

    for (const service of SERVICES) {
      expect(countedOutcomes(before, whileItHangs, 'prod', service)).toEqual([]);
      expect(valuesOf(whileItHangs, 'poll_success', { project: 'prod', cloud_service: service })).toEqual([
        1,
      ]);
      expect(countedOutcomes(before, after, 'prod', service)).toEqual(['timeout']);
      expect(valuesOf(after, 'poll_success', { project: 'prod', cloud_service: service })).toEqual([0]);
    }
    expect(exporter.resourceSeries('prod')).toEqual(series);
  });
});

describe('a poll that fails for days', () => {
  it('keeps what was served for a hundred polls, and serves the news of the first that succeeds', async () => {
    const { exporter, cloud } = await start();
    const graph = cloud.resourceOf('healthy');
    const series = exporter.resourceSeries('prod');
    const undo = cloud.inject({
      match: { operation: 'list_backups' },
      fault: { kind: 'status', status: 500 },
    });

    const POLLS = 100;
    for (let poll = 0; poll < POLLS; poll += 1) {
      await exporter.poll();
      exporter.clear();
      exporter.clock.advance(3600);
    }
    const during = exporter.resourceSeries('prod');
    undo();
    cloud.startBackup(graph.id);
    cloud.finishBackup(graph.id, 'failed');
    await exporter.poll();
    const after = await exporter.samples();

    expect(during).toEqual(series);
    expect(valuesOf(after, 'finished_total', { resource_id: graph.id, result: 'failed' })).toEqual([1]);
    expect(
      valuesOf(after, 'polls_total', { project: 'prod', cloud_service: 'ges', outcome: 'server' }),
    ).toEqual([POLLS]);
  });
});
