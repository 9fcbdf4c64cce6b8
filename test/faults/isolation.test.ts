import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedFault } from '../../src/services/simulated-cloud.ts';
import { eventually, valuesOf } from '../support/exporter-process.ts';
import { CALLS } from './calls.ts';
import {
  anotherTimeout,
  type Certificates,
  makeCertificates,
  startTestBed,
  type TestBed,
} from './test-bed.ts';
import { countedOutcomes, SERVICES } from './trial.ts';

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

let testBed: TestBed;
afterEach(() => testBed.stop());

const start = async (): Promise<TestBed> => {
  testBed = await startTestBed(certificates, { gesVersion: 'v2' });
  return testBed;
};

// A code has its meaning only for the service that documents it.
const canOccur = (fault: SimulatedFault, service: string): boolean => {
  if (fault.kind !== 'status' || fault.body === undefined) return true;
  return service === (fault.status === 400 ? 'ges' : 'gaussdb-mysql');
};

describe('a transient fault', () => {
  const TRANSIENT: readonly SimulatedFault[] = [
    { kind: 'reset' },
    { kind: 'reset-in-body' },
    ...[408, 429, 502, 503, 504].map((status): SimulatedFault => ({ kind: 'status', status })),
    { kind: 'status', status: 400, body: { error_code: 'GES.7051', error_msg: 'Try again.' } },
    { kind: 'status', status: 500, body: { error_code: 'DBS.200412', error_msg: 'Try again.' } },
  ];
  const calls = CALLS.filter(({ gesVersion, fromSecondPage }) => gesVersion === 'v2' && !fromSecondPage);

  it('is retried within the poll, whichever call it affects', async () => {
    const { exporter, cloud, configuration } = await start();
    let tried = 0;
    for (const fault of TRANSIENT) {
      for (const { match, returns, service: called } of calls) {
        if (!canOccur(fault, called)) continue;
        if (returns === 'token') await exporter.apply(configuration(anotherTimeout()));
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
    process.stdout.write(`${tried} transient faults retried\n`);
  }, 30_000);
});

describe('a project whose calls all hang', () => {
  it('delays no other project, and ends its own poll in time', async () => {
    const { exporter, cloud, limitPolls } = await start();
    cloud.inject({ match: {}, fault: { kind: 'no-response' } });
    const before = await exporter.samples();
    const series = exporter.resourceSeries('prod');
    limitPolls(2500);

    const polling = exporter.poll();
    const duringHang = await eventually(async () => {
      const samples = await exporter.samples();
      return countedOutcomes(before, samples, 'other', 'gaussdb-mysql').length > 0 && samples;
    });
    await polling;
    const after = await exporter.samples();

    for (const service of SERVICES) {
      expect(countedOutcomes(before, duringHang, 'prod', service)).toEqual([]);
      expect(valuesOf(duringHang, 'poll_success', { project: 'prod', cloud_service: service })).toEqual([1]);
      expect(countedOutcomes(before, after, 'prod', service)).toEqual(['timeout']);
      expect(valuesOf(after, 'poll_success', { project: 'prod', cloud_service: service })).toEqual([0]);
    }
    expect(exporter.resourceSeries('prod')).toEqual(series);
  });
});

describe('a service whose polls fail for days', () => {
  it('keeps its series for a hundred polls, and updates them with the first that succeeds', async () => {
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
