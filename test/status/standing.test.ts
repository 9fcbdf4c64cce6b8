import { describe, expect, it } from 'vitest';
import { seconds } from '../../src/domain/quantities.ts';
import { RESOURCE_STANDINGS, type ResourceStatus } from '../../src/status/report.ts';
import { countStandings, needsAttention, shareOfObjective, standingOf } from '../../src/status/standing.ts';
import { ago, mixedReport, NOW, resource } from './reports.ts';

const HOUR = 3600;
const objective = seconds(26 * HOUR);

describe('the standing of a resource', () => {
  it.each<[string, Partial<ResourceStatus>, string]>([
    ['just within its objective', { lastSuccess: ago(26 * HOUR) }, 'fine'],
    ['a second over its objective', { lastSuccess: ago(26 * HOUR + 1) }, 'stale'],
    [
      'over its objective, and the newest failed',
      { lastSuccess: ago(30 * HOUR), consecutiveFailures: 2 },
      'stale',
    ],
    ['over its objective, and one runs', { lastSuccess: ago(30 * HOUR), runningSince: ago(60) }, 'stale'],
    ['within its objective, and the newest failed', { consecutiveFailures: 1 }, 'failed'],
    ['a retry that runs after a failure', { consecutiveFailures: 1, runningSince: ago(60) }, 'failed'],
    ['one that runs', { runningSince: ago(60) }, 'running'],
    ['no good backup', { lastSuccess: undefined }, 'never'],
    ['no good backup, and the first one runs', { lastSuccess: undefined, runningSince: ago(60) }, 'never'],
    [
      'no objective',
      { objective: undefined, lastSuccess: undefined, consecutiveFailures: 3 },
      'not_expected',
    ],
  ])('with %s', (_, facts, standing) => {
    expect(standingOf(resource({ objective, ...facts }), NOW)).toBe(standing);
  });

  it('calls for someone when it is never, stale or failed', () => {
    expect(RESOURCE_STANDINGS.filter(needsAttention)).toEqual(['never', 'stale', 'failed']);
  });

  it('is counted, 0 included', () => {
    expect(countStandings(mixedReport.resources)).toEqual({
      never: 1,
      stale: 2,
      failed: 1,
      running: 1,
      fine: 5,
      not_expected: 2,
    });
    expect(countStandings([])).toEqual({
      never: 0,
      stale: 0,
      failed: 0,
      running: 0,
      fine: 0,
      not_expected: 0,
    });
  });
});

describe('the share of the objective', () => {
  it.each<[string, Partial<ResourceStatus>, number | undefined]>([
    ['grows with the age of the newest good backup', { lastSuccess: ago(13 * HOUR) }, 0.5],
    ['goes on beyond the objective', { lastSuccess: ago(52 * HOUR) }, 2],
    [
      'counts from the creation where there is no good backup',
      { lastSuccess: undefined, created: ago(26 * HOUR) },
      1,
    ],
    ['is 0 for a backup that lies ahead', { lastSuccess: ago(-60) }, 0],
    ['is not known without any moment', { lastSuccess: undefined, created: undefined }, undefined],
    ['is not known without an objective', { objective: undefined }, undefined],
    ['has no bound when the objective is 0', { objective: seconds(0) }, Number.POSITIVE_INFINITY],
  ])('%s', (_, facts, share) => {
    expect(shareOfObjective(resource({ objective, ...facts }), NOW)).toBe(share);
  });
});
