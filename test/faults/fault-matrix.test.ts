import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, valuesOf } from '../support/exporter-process.ts';
import { CALLS, type Call } from './calls.ts';
import { type Expectation, type Fault, faultsAt, LEAST_PAUSES } from './faults.ts';
import { memoryInUse } from './memory.ts';
import { type Certificates, makeCertificates, NOW, type Stage, setStage } from './stage.ts';
import { textTable } from './text-table.ts';
import { countedOutcomes, SERVICES, type Trial, tryFault } from './trial.ts';

const FAULTS = faultsAt(NOW);
const MEBIBYTE = 2 ** 20;
// A quarter of the largest body that is sent. How much garbage may lie about is the collector's choice.
const MOST_GROWTH = 512 * MEBIBYTE;
// After all faults of a call, the first of which makes the code of them all warm.
const MOST_KEPT = 12 * MEBIBYTE;
const MOST_REQUESTS_OF_PAGES = 25;
const LONGEST_PAUSE = 30;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates.remove());

const inMebibytes = (bytes: number): number => Math.round(bytes / MEBIBYTE);

/** What each fault was seen to come to, for the table. */
const seen = new Map<string, string>();
const cellKey = (fault: Fault, call: Call): string => `${fault.name} / ${call.name}`;
let mostGrowth = 0;
let mostKept = 0;

afterAll(() => {
  const rows = FAULTS.map((fault) => [
    fault.name,
    ...CALLS.map((call) => seen.get(cellKey(fault, call)) ?? '·'),
  ]);
  process.stdout.write(
    `
What a poll comes to while a fault lasts, and the requests that it costs. Meanwhile the resource series stayed as they
were and the other project was polled; the next poll was complete and counted the backup that had finished.
${textTable(['fault', ...CALLS.map(({ name }) => name)], rows)}
${seen.size} faults tried; memory grew by ${inMebibytes(mostGrowth)} MiB at the most, and ${inMebibytes(mostKept)} MiB stayed in use
`,
  );
});

/** What was counted or logged for the call itself. */
function observedOutcome(trial: Trial, call: Call): string {
  if (call.brings === 'inventory') return String(trial.failedInventories[call.service] ?? 'success');
  const service = call.service === 'iam' ? 'ges' : call.service;
  return countedOutcomes(trial.before, trial.during, 'prod', service).join(' ');
}

/** What a fault that leaves the first page alone comes to: the same, for a few requests more. */
function fromSecondPage(fault: Fault, call: Call): Expectation | undefined {
  const { kind } = fault.cause(call);
  const expected = fault.expect(call);
  if (kind !== 'order' || expected === undefined || typeof expected.requests !== 'number') return undefined;
  return { ...expected, requests: [expected.requests + 1, MOST_REQUESTS_OF_PAGES] };
}

/** Whether the poll of a service has to fail with the call. */
function pollFails(service: string, call: Call, fault: Fault): boolean {
  if (call.brings === 'token') return true;
  // An endpoint that is out of order takes the list of backups with it.
  return call.service === service && (call.brings === 'backups' || fault.cause(call).kind !== 'order');
}

const finished = (samples: readonly Sample[], service: string): number =>
  valuesOf(samples, 'finished_total', {
    project: 'prod',
    cloud_service: service,
    result: 'succeeded',
  }).reduce((sum, value) => sum + value, 0);

function expectServiceThrough(trial: Trial, service: string, outcome: string): void {
  const { before, during, after } = trial;
  const place = { project: 'prod', cloud_service: service };
  const lastSuccess = 'poll_last_success_timestamp_seconds';
  expect(countedOutcomes(before, during, 'prod', service)).toEqual([outcome]);
  expect(valuesOf(during, 'poll_success', place)).toEqual([outcome === 'success' ? 1 : 0]);
  if (outcome !== 'success') {
    expect(valuesOf(during, lastSuccess, place)).toEqual(valuesOf(before, lastSuccess, place));
  }
  expect(countedOutcomes(before, during, 'other', service)).toEqual(['success']);

  expect(countedOutcomes(during, after, 'prod', service)).toEqual(['success']);
  expect(valuesOf(after, 'poll_success', place)).toEqual([1]);
  expect(valuesOf(after, 'inventory_success', place)).toEqual([1]);
  expect(finished(after, service)).toBe(finished(during, service) + 1);
}

describe.each(CALLS)('$name', (call) => {
  let stage: Stage;
  let inUse: number;
  beforeAll(async () => {
    stage = await setStage(certificates, call);
    inUse = await memoryInUse();
  });
  afterAll(async () => {
    stage.cloud.clearRequests();
    stage.exporter.clear();
    const kept = (await memoryInUse()) - inUse;
    await stage.stop();

    mostKept = Math.max(mostKept, kept);
    expect(kept).toBeLessThan(MOST_KEPT);
  });

  const faults = FAULTS.flatMap((fault) => {
    const expected = call.fromSecondPage ? fromSecondPage(fault, call) : fault.expect(call);
    return expected === undefined ? [] : [{ fault, expected, name: fault.name }];
  });

  it.each(faults)('$name', { timeout: 30_000 }, async ({ fault, expected }) => {
    const trial = await tryFault(stage, call, fault);

    seen.set(cellKey(fault, call), `${observedOutcome(trial, call)} ${trial.requests}`);
    mostGrowth = Math.max(mostGrowth, trial.growth);
    expect(trial.seriesBefore.length).toBeGreaterThan(50);
    expect(trial.seriesDuring).toEqual(trial.seriesBefore);
    for (const service of SERVICES) {
      expectServiceThrough(trial, service, pollFails(service, call, fault) ? expected.outcome : 'success');
    }
    expect(observedOutcome(trial, call)).toBe(expected.outcome);
    if (call.brings === 'inventory') {
      const place = { project: 'prod', cloud_service: call.service };
      expect(valuesOf(trial.during, 'inventory_success', place)).toEqual([
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
