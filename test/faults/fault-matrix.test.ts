import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, valuesOf } from '../support/exporter-process.ts';
import { memoryInUse } from '../support/memory.ts';
import { CALLS, type Call } from './calls.ts';
import { type Expectation, type Fault, faultsAt, LEAST_PAUSES } from './faults.ts';
import { type Certificates, makeCertificates, NOW, startTestBed, type TestBed } from './test-bed.ts';
import { textTable } from './text-table.ts';
import { countedOutcomes, SERVICES, type Trial, tryFault } from './trial.ts';

const FAULTS = faultsAt(NOW);
const MEBIBYTE = 2 ** 20;
// A quarter of the largest body that is sent: how much garbage accumulates is up to the collector.
const MOST_GROWTH = 512 * MEBIBYTE;
// After all faults of a call; the first of them warms up the code.
const MOST_KEPT = 12 * MEBIBYTE;
const MOST_REQUESTS_OF_PAGES = 25;
const LONGEST_PAUSE = 30;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

const inMebibytes = (bytes: number): number => Math.round(bytes / MEBIBYTE);

/** The outcome and number of requests of each fault, for the table. */
const results = new Map<string, string>();
const cellKey = (fault: Fault, call: Call): string => `${fault.name} / ${call.name}`;
let mostGrowth = 0;
let mostKept = 0;

afterAll(() => {
  const rows = FAULTS.map((fault) => [
    fault.name,
    ...CALLS.map((call) => results.get(cellKey(fault, call)) ?? '·'),
  ]);
  process.stdout.write(
    `
The outcome of a poll during each fault, and the number of its requests. Meanwhile the resource series were unchanged
and the other project was polled; the next poll was complete and counted the backup that had finished.
${textTable(['fault', ...CALLS.map(({ name }) => name)], rows)}
${results.size} faults tried; memory grew by at most ${inMebibytes(mostGrowth)} MiB, and ${inMebibytes(mostKept)} MiB stayed in use
`,
  );
});

/** The outcome that was counted or logged for the call itself. */
function observedOutcome(trial: Trial, call: Call): string {
  if (call.returns === 'inventory') return String(trial.failedInventories[call.service] ?? 'success');
  const service = call.service === 'iam' ? 'ges' : call.service;
  return countedOutcomes(trial.before, trial.during, 'prod', service).join(' ');
}

/** The expectation for a fault that spares the first page: the same, with a few more requests. */
function fromSecondPage(fault: Fault, call: Call): Expectation | undefined {
  const { kind } = fault.cause(call);
  const expected = fault.expect(call);
  if (kind !== 'injected' || expected === undefined || typeof expected.requests !== 'number')
    return undefined;
  return { ...expected, requests: [expected.requests + 1, MOST_REQUESTS_OF_PAGES] };
}

/** Whether the poll of a service must fail with the call. */
function pollFails(service: string, call: Call, fault: Fault): boolean {
  if (call.returns === 'token') return true;
  // An unreachable endpoint also fails the list of backups.
  return call.service === service && (call.returns === 'backups' || fault.cause(call).kind !== 'injected');
}

const finished = (samples: readonly Sample[], service: string): number =>
  valuesOf(samples, 'finished_total', {
    project: 'prod',
    cloud_service: service,
    result: 'succeeded',
  }).reduce((sum, value) => sum + value, 0);

function expectServiceMetrics(trial: Trial, service: string, outcome: string): void {
  const { before, during, after } = trial;
  const labels = { project: 'prod', cloud_service: service };
  const lastSuccess = 'poll_last_success_timestamp_seconds';
  expect(countedOutcomes(before, during, 'prod', service)).toEqual([outcome]);
  expect(valuesOf(during, 'poll_success', labels)).toEqual([outcome === 'success' ? 1 : 0]);
  if (outcome !== 'success') {
    expect(valuesOf(during, lastSuccess, labels)).toEqual(valuesOf(before, lastSuccess, labels));
  }
  expect(countedOutcomes(before, during, 'other', service)).toEqual(['success']);

  expect(countedOutcomes(during, after, 'prod', service)).toEqual(['success']);
  expect(valuesOf(after, 'poll_success', labels)).toEqual([1]);
  expect(valuesOf(after, 'inventory_success', labels)).toEqual([1]);
  expect(finished(after, service)).toBe(finished(during, service) + 1);
}

describe.each(CALLS)('$name', (call) => {
  let testBed: TestBed;
  let inUse: number;
  beforeAll(async () => {
    testBed = await startTestBed(certificates, call);
    inUse = await memoryInUse();
  });
  afterAll(async () => {
    testBed.cloud.clearRequests();
    testBed.exporter.clear();
    const kept = (await memoryInUse()) - inUse;
    await testBed.stop();

    mostKept = Math.max(mostKept, kept);
    expect(kept).toBeLessThan(MOST_KEPT);
  });

  const faults = FAULTS.flatMap((fault) => {
    const expected = call.fromSecondPage ? fromSecondPage(fault, call) : fault.expect(call);
    return expected === undefined ? [] : [{ fault, expected, name: fault.name }];
  });

  it.each(faults)('$name', { timeout: 30_000 }, async ({ fault, expected }) => {
    const trial = await tryFault(testBed, call, fault);

    results.set(cellKey(fault, call), `${observedOutcome(trial, call)} ${trial.requests}`);
    mostGrowth = Math.max(mostGrowth, trial.growth);
    expect(trial.seriesBefore.length).toBeGreaterThan(50);
    expect(trial.seriesDuring).toEqual(trial.seriesBefore);
    for (const service of SERVICES) {
      expectServiceMetrics(trial, service, pollFails(service, call, fault) ? expected.outcome : 'success');
    }
    expect(observedOutcome(trial, call)).toBe(expected.outcome);
    if (call.returns === 'inventory') {
      const labels = { project: 'prod', cloud_service: call.service };
      expect(valuesOf(trial.during, 'inventory_success', labels)).toEqual([
        expected.outcome === 'success' ? 1 : 0,
      ]);
    }
    const [least, most] = [expected.requests].flat();
    expect(trial.requests).toBeGreaterThanOrEqual(least ?? 0);
    expect(trial.requests).toBeLessThanOrEqual(most ?? least ?? 0);
    const longestPause = Math.max(0, ...trial.pauses);
    expect(longestPause).toBeGreaterThanOrEqual(LEAST_PAUSES[fault.name] ?? 0);
    expect(longestPause).toBeLessThanOrEqual(LONGEST_PAUSE);
    expect(trial.growth).toBeLessThan(MOST_GROWTH);
  });
});
