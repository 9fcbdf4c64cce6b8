import { setTimeout as wait } from 'node:timers/promises';
import type { FaultRule, SimulatedCloud, SimulatedFault } from '../../src/services/simulated-cloud.ts';
import type { Random } from './random.ts';

const GIBIBYTE = 2 ** 30;
const STATUSES = [400, 401, 403, 404, 408, 413, 429, 494, 500, 502, 503, 504] as const;

const status = (code: number): SimulatedFault => ({
  kind: 'status',
  status: code,
  body: { error_code: 'APIGW.0000', error_msg: 'It was rejected.' },
  headers: code === 429 ? { 'Retry-After': '1' } : {},
});

const QUICK: readonly [SimulatedFault, ...SimulatedFault[]] = [
  { kind: 'reset' },
  { kind: 'reset-in-body' },
  { kind: 'html' },
  { kind: 'empty' },
  { kind: 'cut-json' },
  { kind: 'wrong-shape' },
  { kind: 'wrong-shape', body: { backup_list: [null, 1, { id: 'x' }], backup_count: 3 } },
  { kind: 'deep-nesting' },
  { kind: 'redirect', location: 'http://127.0.0.1:1/' },
  { kind: 'big-header', bytes: 80 * 1024 },
  { kind: 'big-header', bytes: 40 * 1024 },
  { kind: 'delay', seconds: 0.01 },
  ...STATUSES.map(status),
];

const SLOW: readonly [SimulatedFault, ...SimulatedFault[]] = [
  { kind: 'no-response' },
  { kind: 'drip', secondsPerByte: 1 },
  { kind: 'huge-body', bytes: 2 * GIBIBYTE },
  { kind: 'endless-paging' },
  { kind: 'repeated-page' },
];

const OPERATIONS: readonly [FaultRule['match'], ...FaultRule['match'][]] = [
  { operation: 'list_backups' },
  { operation: 'list_graphs' },
  { operation: 'list_instances' },
  { operation: 'sign_in' },
  { operation: 'metadata' },
  {},
];

const SLOW_SHARE = 0.1;
const LONGEST_MILLISECONDS = 150;

/** Injects all kinds of faults until the signal aborts; resolves with their number. */
export async function injectFaults(
  cloud: SimulatedCloud,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  let faults = 0;
  const sleep = (): Promise<unknown> =>
    wait(random.draw() * LONGEST_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    faults += 1;
    if (random.happens(0.04)) {
      await cloud.unplug();
      await sleep();
      await cloud.plugIn();
    } else if (random.happens(0.1)) {
      random.pick([cloud.revokeTokens, cloud.revokeTemporaryKeys])();
    } else {
      const fault = random.pick(random.happens(SLOW_SHARE) ? SLOW : QUICK);
      const undo = cloud.inject({
        match: random.pick(OPERATIONS),
        fault,
        times: 1 + Math.floor(random.draw() * 4),
      });
      await sleep();
      undo();
    }
    await sleep();
  }
  return faults;
}
