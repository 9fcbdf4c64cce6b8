import { expect, it } from 'vitest';
import { defaultApi } from '../../index.ts';
import { dws } from '../index.ts';
import { longestGapOfAll } from '../quartz.ts';

it('a faulty cluster is still expected to be backed up', () => {
  const { resources } = defaultApi(dws);

  expect(resources.readRow({ id: 'c-1', status: 'FAILED' })).toMatchObject({ notExpected: undefined });
});

it('a schedule for every second is read', () => {
  expect(longestGapOfAll(['* * * ? * *'])).toBe(1);
});
