import { describe, expect, it } from 'vitest';
import {
  type Bytes,
  bytes,
  type Seconds,
  seconds,
  type UnixSeconds,
  unixSeconds,
} from '../../src/domain/quantities.ts';
import {
  needsAttention,
  RESOURCE_STATES,
  type StateFacts,
  statesOf,
} from '../../src/state/resource-state.ts';

const HOUR = 3600;
const NOW = unixSeconds(1_000_000_000);
const ago = (length: number) => unixSeconds(NOW - length);
const ahead = (length: number) => unixSeconds(NOW + length);

const FINE = {
  objective: seconds(26 * HOUR) as Seconds | undefined,
  due: ahead(20 * HOUR) as UnixSeconds | undefined,
  lastSuccess: ago(6 * HOUR) as UnixSeconds | undefined,
  lastSize: bytes(1000) as Bytes | undefined,
  lastDuration: seconds(600) as Seconds | undefined,
  medianSize: bytes(1000) as Bytes | undefined,
  medianDuration: seconds(600) as Seconds | undefined,
  consecutiveFailures: 0,
  runningSince: undefined as UnixSeconds | undefined,
};

const factsOf = ({ lastSuccess: end, lastSize, lastDuration, ...facts }: typeof FINE): StateFacts => ({
  ...facts,
  lastSuccess: end && { end, size: lastSize, duration: lastDuration, method: undefined },
  medians: { size: facts.medianSize, duration: facts.medianDuration },
});
const NEVER = { lastSuccess: undefined, lastSize: undefined, lastDuration: undefined };

describe('the state of a resource', () => {
  it.each<[string, Partial<typeof FINE>, readonly string[]]>([
    ['within its objective', {}, ['fine']],
    ['due this second', { due: NOW }, ['fine']],
    ['due a second ago', { due: ago(1) }, ['stale']],
    ['never backed up, first backup due later', { ...NEVER, due: ahead(1) }, ['new']],
    ['never backed up, first backup due a second ago', { ...NEVER, due: ago(1) }, ['never_backed_up']],
    ['never backed up, due at an unknown time', { ...NEVER, due: undefined }, ['never_backed_up']],
    ['with a failed backup since the last success', { consecutiveFailures: 1 }, ['failed']],
    ['with a running backup', { runningSince: ago(60) }, ['running']],
    ['with a backup that has been running for 6 h', { runningSince: ago(6 * HOUR) }, ['running']],
    [
      'with a backup that has been running for over 6 h',
      { runningSince: ago(6 * HOUR + 1) },
      ['stuck', 'running'],
    ],
    [
      'with a backup that has been running for over 6 h, as usual',
      { runningSince: ago(9 * HOUR), medianDuration: seconds(3 * HOUR), lastDuration: seconds(3 * HOUR) },
      ['running'],
    ],
    [
      'with a backup that has been running for over three times as long as usual',
      { runningSince: ago(9 * HOUR + 1), medianDuration: seconds(3 * HOUR), lastDuration: seconds(3 * HOUR) },
      ['stuck', 'running'],
    ],
    [
      'whose running backup has no earlier ones to compare with',
      { runningSince: ago(7 * HOUR), medianDuration: undefined },
      ['stuck', 'running'],
    ],
    ['whose size halved', { lastSize: bytes(500) }, ['fine']],
    ['whose size is less than half of the usual size', { lastSize: bytes(499) }, ['shrunk']],
    ['whose size is unknown', { lastSize: undefined }, ['fine']],
    ['whose usual size is unknown', { lastSize: bytes(1), medianSize: undefined }, ['fine']],
    ['that took three times as long as usual', { lastDuration: seconds(1800) }, ['fine']],
    ['that took more than three times as long as usual', { lastDuration: seconds(1801) }, ['slow']],
    [
      'that took ten times as long as usual, but only five minutes',
      { lastDuration: seconds(300), medianDuration: seconds(30) },
      ['fine'],
    ],
    [
      'that took ten minutes longer than the usual half minute',
      { lastDuration: seconds(630), medianDuration: seconds(30) },
      ['slow'],
    ],
    [
      'with every kind of problem',
      {
        due: ago(1),
        consecutiveFailures: 3,
        runningSince: ago(9 * HOUR),
        lastSize: bytes(1),
        lastDuration: seconds(HOUR),
      },
      ['stale', 'failed', 'stuck', 'shrunk', 'slow', 'running'],
    ],
    [
      'that is not expected to be backed up',
      { objective: undefined, consecutiveFailures: 3 },
      ['not_expected'],
    ],
  ])('%s', (_what, facts, states) => {
    expect(statesOf(factsOf({ ...FINE, ...facts }), NOW)).toEqual(states);
  });

  it('needs attention if an alert would fire', () => {
    expect(RESOURCE_STATES.filter(needsAttention)).toEqual([
      'never_backed_up',
      'stale',
      'failed',
      'stuck',
      'shrunk',
      'slow',
    ]);
  });
});
