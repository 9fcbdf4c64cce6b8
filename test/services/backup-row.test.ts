import { describe, expect, it } from 'vitest';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { type BackupFields, backupFromFields, elapsed, firstDuration } from '../../src/services/domain.ts';

const fields = (given: Partial<BackupFields> = {}): BackupFields => ({
  id: 'backup-1',
  name: undefined,
  resourceId: 'graph-1',
  resourceName: undefined,
  state: 'succeeded',
  start: unixSeconds(100),
  end: unixSeconds(200),
  duration: undefined,
  size: undefined,
  method: undefined,
  engineVersion: undefined,
  arch: undefined,
  encrypted: undefined,
  resourceDeleted: undefined,
  automaticBackup: undefined,
  ...given,
});

const START = unixSeconds(100);
const END = unixSeconds(200);

describe('a row', () => {
  it.each([
    ['without an id', fields({ id: undefined }), 'id'],
    ['without a resource', fields({ resourceId: undefined }), 'resource'],
    ['without either', fields({ id: undefined, resourceId: undefined }), 'id'],
    ['without an id or a time', fields({ id: undefined, start: undefined, end: undefined }), 'id'],
    [
      'without a resource or a time',
      fields({ resourceId: undefined, start: undefined, end: undefined }),
      'resource',
    ],
  ])('%s is rejected: %j', (_what, row, reason) => {
    expect(backupFromFields(row)).toBe(reason);
  });
});

describe('a successful row', () => {
  it.each([
    ['with both times', { start: START, end: END }, { start: 100, end: 200 }],
    ['without a start', { start: undefined, end: END }, { start: undefined, end: 200 }],
    [
      'without an end, which is computed from start and duration',
      { start: START, end: undefined, duration: seconds(54) },
      { start: 100, end: 154, duration: 54 },
    ],
    [
      'with an end that contradicts the duration: both are kept',
      { start: START, end: END, duration: seconds(54) },
      { start: 100, end: 200, duration: 54 },
    ],
  ])('%s', (_what, times, backup) => {
    expect(backupFromFields(fields(times))).toMatchObject({ state: 'succeeded', ...backup });
  });

  it.each([
    ['neither end nor duration', { start: START, end: undefined }],
    ['neither end nor start', { start: undefined, end: undefined, duration: seconds(54) }],
  ])('with %s is rejected because of its time', (_what, times) => {
    expect(backupFromFields(fields(times))).toBe('time');
  });
});

describe.each(['failed', 'unknown'] as const)('a row in the state %s', (state) => {
  it.each([
    [START, END],
    [START, undefined],
    [undefined, END],
  ])('requires a start or an end: %s, %s', (start, end) => {
    expect(backupFromFields(fields({ state, start, end }))).toMatchObject({ state, start, end });
  });

  it('is rejected without times', () => {
    expect(backupFromFields(fields({ state, start: undefined, end: undefined }))).toBe('time');
  });
});

describe('a running row', () => {
  it('has a start and no end, size or duration, whatever the row contains', () => {
    const backup = backupFromFields(fields({ state: 'running', duration: seconds(5) }));

    expect(backup).toMatchObject({ state: 'running', start: 100 });
    expect(backup).not.toHaveProperty('end');
    expect(backup).not.toHaveProperty('size');
    expect(backup).not.toHaveProperty('duration');
  });

  it('is rejected without a start', () => {
    expect(backupFromFields(fields({ state: 'running', start: undefined }))).toBe('time');
  });
});

describe('the time between two timestamps', () => {
  it.each([
    [START, END, 100],
    [END, START, -100],
    [START, START, 0],
    [undefined, END, undefined],
    [START, undefined, undefined],
  ])('from %s to %s is %s', (start, end, time) => {
    expect(elapsed(start, end)).toBe(time);
  });
});

describe('the chosen duration', () => {
  it.each([
    [[54, 55], 54],
    [[undefined, 55], 55],
    [[0, 55], 0],
    [[-1, 55], undefined],
    [[undefined, -1], undefined],
    [[undefined, undefined], undefined],
    [[], undefined],
  ])('of %j is %s', (candidates, duration) => {
    expect(firstDuration(...candidates)).toBe(duration);
  });
});
