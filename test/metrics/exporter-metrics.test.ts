import { describe, expect, it } from 'vitest';
import type { RequestObservation } from '../../src/cloud/client.ts';
import { OUTCOMES, type Outcome } from '../../src/domain/outcome.ts';
import { seconds, unixSeconds } from '../../src/domain/quantities.ts';
import {
  createExporterMetrics,
  type ExporterMetrics,
  type PollRecord,
} from '../../src/metrics/exporter-metrics.ts';
import type { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { publicationOf } from '../../src/metrics/publication.ts';
import { parseOpenMetrics, parseText, samplesOf } from '../support/exposition-parser.ts';
import { plainText } from '../support/published.ts';
import { PLACE } from '../support/served.ts';
import { NEVER_YIELD } from '../support/state.ts';

const PROJECT = { region: PLACE.region, project: PLACE.project };

const create = () =>
  createExporterMetrics({ version: '1.2.3', revision: 'abc', nodeVersion: 'v24.0.0' }, () => NEVER_YIELD);

const poll = (fields: Partial<PollRecord> = {}): PollRecord => ({
  outcome: 'success',
  ended: unixSeconds(1000),
  duration: seconds(2),
  rejections: { not_an_object: 0, id: 0, resource: 0, time: 0 },
  resourcesUnlisted: 0,
  inventoryComplete: true,
  complete: { unlisted: 0, overLimit: 0 },
  ...fields,
});

const outcomes = (last: Outcome): Readonly<Record<string, number>> =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, outcome === last ? 1 : 0]));

const FAILED: Partial<PollRecord> = { outcome: 'server', complete: undefined, rejections: undefined };

const request = (operation: string, code: string): RequestObservation => ({
  service: 'ges',
  operation,
  code,
  seconds: seconds(0.2),
  clockSkew: undefined,
});

/** The whole exposition. */
const expose = async (metrics: ExporterMetrics, format: ExpositionFormat = 'text'): Promise<string> =>
  plainText(publicationOf([metrics.series])(), format) + (await metrics.render(format));

/** The samples of a metric by the values of their labels other than those of the service. */
async function read(metrics: ExporterMetrics, metric: string): Promise<Readonly<Record<string, number>>> {
  const samples = samplesOf(parseText(await expose(metrics))).filter(
    ({ name }) => name === `huaweicloud_backup_${metric}`,
  );
  return Object.fromEntries(
    samples.map(({ labels: { cloud_service: service, region, project, ...labels }, value }) => [
      Object.values(labels).join() || [service, region, project].filter(Boolean).join('/'),
      value,
    ]),
  );
}

describe('a polled service', () => {
  it('has all outcomes and reasons at 0 before the first poll, and no other series', async () => {
    const metrics = create();

    await metrics.admit(PLACE);

    expect(await read(metrics, 'polls_total')).toEqual(
      Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])),
    );
    expect(await read(metrics, 'records_rejected_total')).toEqual({
      not_an_object: 0,
      id: 0,
      resource: 0,
      time: 0,
    });
    for (const metric of [
      'poll_success',
      'poll_last_outcome',
      'inventory_success',
      'poll_last_success_timestamp_seconds',
      'poll_duration_seconds',
      'unlisted',
      'resources_over_limit',
    ]) {
      expect(await read(metrics, metric), metric).toEqual({});
    }
  });

  it('has the results of a complete poll', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    await metrics.recordPoll(PLACE, poll({ complete: { unlisted: 3, overLimit: 4 } }));

    const at = 'ges/cn-north-4/prod';
    expect(await read(metrics, 'poll_success')).toEqual({ [at]: 1 });
    expect(await read(metrics, 'inventory_success')).toEqual({ [at]: 1 });
    expect(await read(metrics, 'poll_last_success_timestamp_seconds')).toEqual({ [at]: 1000 });
    expect(await read(metrics, 'poll_duration_seconds')).toEqual({ [at]: 2 });
    expect(await read(metrics, 'unlisted')).toEqual({ [at]: 3 });
    expect(await read(metrics, 'resources_over_limit')).toEqual({ [at]: 4 });
    expect(await read(metrics, 'polls_total')).toMatchObject({ success: 1, server: 0 });
    expect(await read(metrics, 'poll_last_outcome')).toEqual(outcomes('success'));
  });

  it('keeps the results of the last complete poll when a poll fails', async () => {
    const metrics = create();
    await metrics.admit(PLACE);
    await metrics.recordPoll(PLACE, poll({ complete: { unlisted: 3, overLimit: 4 } }));

    await metrics.recordPoll(PLACE, poll({ ...FAILED, ended: unixSeconds(2000), duration: seconds(9) }));

    const at = 'ges/cn-north-4/prod';
    expect(await read(metrics, 'poll_success')).toEqual({ [at]: 0 });
    expect(await read(metrics, 'poll_last_outcome')).toEqual(outcomes('server'));
    expect(await read(metrics, 'poll_last_success_timestamp_seconds')).toEqual({ [at]: 1000 });
    expect(await read(metrics, 'poll_duration_seconds')).toEqual({ [at]: 9 });
    expect(await read(metrics, 'unlisted')).toEqual({ [at]: 3 });
    expect(await read(metrics, 'resources_over_limit')).toEqual({ [at]: 4 });
  });

  it('has no time of a complete poll before the first one', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    await metrics.recordPoll(PLACE, poll(FAILED));

    expect(await read(metrics, 'poll_last_success_timestamp_seconds')).toEqual({});
    expect(await read(metrics, 'unlisted')).toEqual({});
  });

  it.each(OUTCOMES)('counts a poll with outcome %s once', async (outcome: Outcome) => {
    const metrics = create();
    await metrics.admit(PLACE);

    await metrics.recordPoll(PLACE, poll({ ...(outcome === 'success' ? {} : FAILED), outcome }));

    const counts = await read(metrics, 'polls_total');
    expect(Object.entries(counts).filter(([, count]) => count > 0)).toEqual([[outcome, 1]]);
    expect(Object.keys(counts)).toHaveLength(OUTCOMES.length);
  });

  it.each([
    [true, { 'ges/cn-north-4/prod': 1 }],
    [false, { 'ges/cn-north-4/prod': 0 }],
    [undefined, {}],
  ])('has the result of its inventory, complete: %s', async (inventoryComplete, expected) => {
    const metrics = create();
    await metrics.admit(PLACE);
    await metrics.recordPoll(PLACE, poll({ inventoryComplete: true }));

    await metrics.recordPoll(PLACE, poll({ inventoryComplete }));

    expect(await read(metrics, 'inventory_success')).toEqual(expected);
  });

  it('sums the rows that could not be read', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    await metrics.recordPoll(PLACE, poll({ rejections: { not_an_object: 1, id: 2, resource: 0, time: 0 } }));
    await metrics.recordPoll(PLACE, poll({ rejections: { not_an_object: 1, id: 0, resource: 0, time: 5 } }));

    expect(await read(metrics, 'records_rejected_total')).toEqual({
      not_an_object: 2,
      id: 2,
      resource: 0,
      time: 5,
    });
  });

  it('is separate from the same service of another project or region', async () => {
    const metrics = create();
    const test = { ...PLACE, project: 'test' };
    const elsewhere = { ...PLACE, region: 'eu-west-101' };
    for (const place of [PLACE, test, elsewhere]) await metrics.admit(place);

    await metrics.recordPoll(PLACE, poll());
    await metrics.recordPoll(test, poll(FAILED));
    await metrics.recordPoll(elsewhere, poll());

    expect(await read(metrics, 'poll_success')).toEqual({
      'ges/cn-north-4/prod': 1,
      'ges/cn-north-4/test': 0,
      'ges/eu-west-101/prod': 1,
    });
  });
});

describe('a removed service', () => {
  it('loses all its series, and others keep theirs', async () => {
    const metrics = create();
    const other = { ...PLACE, service: 'gaussdb-mysql' } as const;
    for (const place of [PLACE, other]) {
      await metrics.admit(place);
      await metrics.recordPoll(place, poll({ complete: { unlisted: 1, overLimit: 1 } }));
    }

    await metrics.forget(PLACE);

    const text = await expose(metrics);
    expect(text).not.toContain('cloud_service="ges"');
    expect(
      samplesOf(parseText(text)).filter(({ labels }) => labels['cloud_service'] === 'gaussdb-mysql'),
    ).toHaveLength(7 + 2 * OUTCOMES.length + 4);
  });

  it('starts at 0 when it is added again', async () => {
    const metrics = create();
    await metrics.admit(PLACE);
    await metrics.recordPoll(PLACE, poll());
    await metrics.forget(PLACE);

    await metrics.admit(PLACE);

    expect(await read(metrics, 'polls_total')).toMatchObject({ success: 0 });
    expect(await read(metrics, 'poll_success')).toEqual({});
  });
});

describe('requests to the cloud', () => {
  it('are counted by operation and code, with a separate service for signing in', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    metrics.recordRequest(PROJECT, request('list_backups', '200'));
    metrics.recordRequest(PROJECT, request('list_backups', '200'));
    metrics.recordRequest(PROJECT, request('list_graphs', 'network'));
    metrics.recordRequest(PROJECT, { ...request('sign_in', '201'), service: 'iam' });
    await metrics.recordPoll(PLACE, poll());

    expect(await read(metrics, 'api_requests_total')).toEqual({
      'list_backups,200': 2,
      'list_graphs,network': 1,
      'sign_in,201': 1,
    });
    expect(await expose(metrics)).toContain(
      'api_requests_total{cloud_service="iam",region="cn-north-4",project="prod",operation="sign_in",code="201"} 1',
    );
  });

  it('are recorded in cumulative buckets', async () => {
    const metrics = create();

    for (const time of [0.01, 0.2, 100]) {
      metrics.recordRequest(PROJECT, { ...request('list_backups', '200'), seconds: seconds(time) });
    }

    expect(await read(metrics, 'api_request_duration_seconds_count')).toEqual({ list_backups: 3 });
    expect((await read(metrics, 'api_request_duration_seconds_sum'))['list_backups']).toBeCloseTo(100.21);
    expect(await read(metrics, 'api_request_duration_seconds_bucket')).toMatchObject({
      '0.05,list_backups': 1,
      '0.25,list_backups': 2,
      '30,list_backups': 2,
      '+Inf,list_backups': 3,
    });
  });
});

describe('the clock skew', () => {
  it('is that of the last response with a date, once its poll is published', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    for (const clockSkew of [seconds(7), seconds(-3600), undefined]) {
      metrics.recordRequest(PROJECT, { ...request('list_backups', '200'), clockSkew });
    }
    await metrics.recordPoll(PLACE, poll());

    expect(await read(metrics, 'clock_skew_seconds')).toEqual({ 'ges/cn-north-4/prod': -3600 });
  });

  it('is absent for IAM, and if no response had a date', async () => {
    const metrics = create();
    await metrics.admit(PLACE);

    metrics.recordRequest(PROJECT, { ...request('sign_in', '201'), service: 'iam', clockSkew: seconds(9) });
    metrics.recordRequest(PROJECT, request('list_backups', 'network'));
    await metrics.recordPoll(PLACE, poll());

    expect(await read(metrics, 'clock_skew_seconds')).toEqual({});
  });
});

describe('other metrics', () => {
  it('include when the password expires, only if that is known', async () => {
    const metrics = create();
    await metrics.admit(PLACE);
    expect(await read(metrics, 'credentials_expiry_timestamp_seconds')).toEqual({});

    await metrics.recordCredentialsExpiry(PROJECT, unixSeconds(5000));
    expect(await read(metrics, 'credentials_expiry_timestamp_seconds')).toEqual({ 'cn-north-4/prod': 5000 });

    await metrics.recordCredentialsExpiry(PROJECT, undefined);
    expect(await read(metrics, 'credentials_expiry_timestamp_seconds')).toEqual({});
  });

  it('include no reloads before the configuration was first loaded', async () => {
    const metrics = create();

    expect(await read(metrics, 'config_last_reload_successful')).toEqual({});
    expect(await read(metrics, 'config_last_reload_success_timestamp_seconds')).toEqual({});
  });

  it('include the result of the last reload, and the time of the last successful one', async () => {
    const metrics = create();
    metrics.recordReload(true, unixSeconds(1000));

    metrics.recordReload(false, unixSeconds(2000));

    expect(await read(metrics, 'config_last_reload_successful')).toEqual({ '': 0 });
    expect(await read(metrics, 'config_last_reload_success_timestamp_seconds')).toEqual({ '': 1000 });
  });

  it('include the version of the program', async () => {
    expect(await create().render('text')).toContain(
      'huaweicloud_backup_exporter_build_info{version="1.2.3",revision="abc",nodeversion="v24.0.0"} 1\n',
    );
  });

  it('include those of the process and of Node.js, without misnamed ones', async () => {
    const families = parseText(await create().render('text'));
    const names = families.map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_version_info']));
    expect(families.filter(({ name, type }) => name.endsWith('_total') && type !== 'counter')).toEqual([]);
  });

  it('include no impossible event loop lag, however often they are scraped', async () => {
    const metrics = create();

    const scrapes = [await metrics.render('text'), await metrics.render('text')];

    const lags = samplesOf(scrapes.flatMap((text) => parseText(text))).filter(({ name }) =>
      name.startsWith('nodejs_eventloop_lag_'),
    );
    expect(lags.filter(({ value }) => !(value < 60))).toEqual([]);
  });

  it('are valid OpenMetrics, whatever the names of projects', async () => {
    const metrics = create();
    const place = { ...PLACE, project: 'a "b"\\\n{c="d"} 1' };
    await metrics.admit(place);
    await metrics.recordPoll(place, poll());

    const families = parseOpenMetrics(await expose(metrics, 'openmetrics'));

    const polled = families.find(({ name }) => name === 'huaweicloud_backup_poll_success');
    expect(polled?.samples).toMatchObject([{ labels: { project: place.project }, value: 1 }]);
  });
});
