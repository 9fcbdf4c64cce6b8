import { describe, expect, it } from 'vitest';
import { databasePolicies, readDatabasePolicy } from '../../src/services/database-policy.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const MARGIN = 2 * HOUR;

const objectiveOf = (policy: unknown) => {
  const read = readDatabasePolicy({ backup_policy: policy });
  return read?.kind === 'scheduled' ? read.objective : undefined;
};

describe('the objective from a policy', () => {
  it.each([
    ['every day', '1,2,3,4,5,6,7', DAY],
    ['every day, in another order', '7,6,5,4,3,2,1', DAY],
    ['every day, with duplicates', '1,1,2,3,4,5,6,7,7', DAY],
    ['once a week', '3', 7 * DAY],
    ['on workdays: the weekend counts', '1,2,3,4,5', 3 * DAY],
    ['on two consecutive days', '1,2', 6 * DAY],
    ['across the end of the week', '7,1', 6 * DAY],
    ['with days counted from 0', '0,1,2,3,4,5,6', DAY],
    ['twice a week', '2,5', 4 * DAY],
    ['with blanks and a trailing comma', ' 1, 4 ,', 4 * DAY],
  ])('allows the longest gap between backups %s', (_what, period, gap) => {
    expect(objectiveOf({ period, start_time: '19:00-20:00', keep_days: 7 })).toBe(gap + HOUR + MARGIN);
  });

  it.each([
    ['01:00-02:00', HOUR],
    ['00:00-00:00', 0],
    ['23:00-00:00', HOUR],
    ['22:30-01:00', 2.5 * HOUR],
    ['23:00-24:00', HOUR],
  ])('adds the start window %s', (window, length) => {
    expect(objectiveOf({ period: '1,2,3,4,5,6,7', start_time: window })).toBe(DAY + length + MARGIN);
  });

  it('does not depend on the retention of backups', () => {
    const policy = { period: '1,2,3,4,5,6,7', start_time: '19:00-20:00' };

    expect(objectiveOf({ ...policy, keep_days: '7,' })).toBe(objectiveOf(policy));
  });

  it.each([
    ['no day', { period: '', start_time: '19:00-20:00' }],
    ['a day out of range', { period: '8', start_time: '19:00-20:00' }],
    ['the name of a day', { period: 'Monday', start_time: '19:00-20:00' }],
    ['a number instead of the days', { period: 1, start_time: '19:00-20:00' }],
    ['no window', { period: '1' }],
    ['half a window', { period: '1', start_time: '19:00' }],
    ['a window with an invalid hour', { period: '1', start_time: '25:00-26:00' }],
    ['a window with an invalid minute', { period: '1', start_time: '19:60-20:00' }],
    ['nothing', {}],
    ['a list', []],
    ['null', null],
  ])('is unknown for a policy with %s', (_what, policy) => {
    expect(objectiveOf(policy)).toBeUndefined();
  });

  it.each([null, undefined, [], 'policy', {}])('is unknown for the response %j', (body) => {
    expect(readDatabasePolicy(body)).toBeUndefined();
  });
});

describe('a policy that keeps backups for 0 days', () => {
  it.each([{ keep_days: 0 }, { keep_days: 0, start_time: '', period: '' }, { keep_days: '0' }])(
    'is off, %j',
    (policy) => {
      expect(readDatabasePolicy({ backup_policy: policy })).toEqual({ kind: 'off' });
    },
  );
});

describe('the path of a policy', () => {
  it.each([
    ['43e4feaab48f11e89039fa163ebaa7e4br01', '43e4feaab48f11e89039fa163ebaa7e4br01'],
    ['a/../b?c#d', 'a%2F..%2Fb%3Fc%23d'],
  ])('is escaped for the id %j', (id, encoded) => {
    const policies = databasePolicies('v3', { role: 'any' });

    expect(policies.of === 'resource' && policies.call({ id }).path).toBe(
      `/v3/{project_id}/instances/${encoded}/backups/policy`,
    );
  });
});
