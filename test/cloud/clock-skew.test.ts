import { expect, it } from 'vitest';
import { clockSkew as skewOf } from '../../src/cloud/http-date.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { clientFor, forever, listBackups, projectAt, respondJson, startServer } from './support.ts';

it.each([
  ['is 0 if the date is that of the request', 1000, 1000.4, 0.3, 0],
  ['is 0 if the date is in the second in which it ended', 1000, 1000.99, 0.1, 0],
  ['is 0 if a long request ended long after the date', 1000, 1029, 29.5, 0],
  ['is 0 if the date was rounded up', 1001, 1000.6, 0.1, 0],
  ['is positive if this clock is ahead', 1000, 4600.5, 0.2, 3599],
  ['is negative if this clock is behind', 1000, 400.2, 0.2, -600],
  ['excludes the duration of the request', 1000, 1100, 40, 59],
])('the clock skew %s', (_what, serverDate, ended, taken, skew) => {
  expect(skewOf(unixSeconds(serverDate), unixSeconds(ended), seconds(taken))).toBe(skew);
});

it.each([
  ['that of the response', 'Wed, 03 Jan 2024 23:00:00 GMT', 3599],
  ['unknown without a date', undefined, undefined],
  ['unknown with an invalid date', 'yesterday', undefined],
])('a request reports the clock skew: %s', async (_what, date, skew) => {
  const server = await startServer((_received, response) => {
    response.sendDate = false;
    respondJson(response, 200, {}, date === undefined ? {} : { date });
  });
  const client = clientFor(projectAt(server.origin));

  await client.call(listBackups(server.origin), forever());

  expect(client.observations.map(({ clockSkew }) => clockSkew)).toEqual([skew]);
});
