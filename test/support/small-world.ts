import { bytes, seconds, unixSeconds } from '../../src/domain/quantities.ts';
import { createExporterMetrics, type ExporterMetrics } from '../../src/metrics/exporter-metrics.ts';
import type { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { publicationOf } from '../../src/metrics/publication.ts';
import type { ServedService } from '../../src/state/served.ts';
import { failed, listing, running, succeeded, unknown } from './backups.ts';
import { hours } from './config.ts';
import { plainText, publish } from './published.ts';
import { PLACE, servedResource, servedService } from './served.ts';
import { NEVER_YIELD } from './state.ts';

const DAY = 86_400;
const MIDNIGHT = 1_704_326_400;

const CREATED = unixSeconds(MIDNIGHT - 90 * DAY);

const graph = { engineVersion: '2.4.1', arch: 'x86_64', encrypted: false, method: 'auto' };

const GRAPHS = servedService([
  servedResource({
    id: '4c5f882d-a813-4d78-a8e3-6d3212ddd121',
    name: 'orders',
    listing: listing({ id: '4c5f882d-a813-4d78-a8e3-6d3212ddd121', created: CREATED, kind: '' }),
    tags: { tag_team: 'web "shop"', tag_cost_center: '' },
    backups: [
      succeeded({
        ...graph,
        id: 'a',
        start: MIDNIGHT - DAY,
        end: MIDNIGHT - DAY + 54.5,
        size: 1_048_576,
        duration: 54,
      }),
      succeeded({ ...graph, id: 'b', start: MIDNIGHT, end: MIDNIGHT + 55, size: 2_097_152, duration: 0 }),
    ],
    finished: { succeeded: 1, failed: 0 },
  }),
  servedResource({
    id: 'fails-again-and-again',
    name: 'billing',
    listing: listing({ id: 'fails-again-and-again', encrypted: true, arch: 'aarch64', created: undefined }),
    backups: [
      succeeded({
        ...graph,
        id: 'c',
        start: MIDNIGHT - 3 * DAY,
        end: MIDNIGHT - 3 * DAY + 60,
        size: undefined,
      }),
      failed({ ...graph, id: 'd', start: MIDNIGHT - DAY, end: undefined }),
      failed({ ...graph, id: 'e', start: MIDNIGHT, end: MIDNIGHT + 9 }),
    ],
    finished: { succeeded: 0, failed: 2 },
  }),
  servedResource({
    id: 'runs-now',
    name: 'runs now',
    listing: listing({ id: 'runs-now', created: CREATED }),
    objective: hours(48),
    backups: [running({ ...graph, id: 'f', start: MIDNIGHT })],
  }),
  servedResource({
    id: 'never-backed-up',
    name: 'never backed up',
    listing: listing({
      id: 'never-backed-up',
      created: CREATED,
      engineVersion: undefined,
      arch: undefined,
      encrypted: undefined,
    }),
  }),
  servedResource({
    id: '9b9a05c2-0cdb-41ac-b55f-93caffb0519a',
    name: 'deleted',
    exists: false,
    objective: undefined,
    backups: [succeeded({ ...graph, id: 'g', start: undefined, end: MIDNIGHT, method: undefined })],
  }),
  servedResource({
    id: 'a "quoted" id\\',
    name: 'two\nlines, 图 ☃ 😀, {x="y"} 1',
    objective: undefined,
    backups: [unknown({ id: 'h', start: MIDNIGHT, end: undefined })],
  }),
]);

const INSTANCES = servedService(
  [
    servedResource({
      id: '43e4feaab48f11e89039fa163ebaa7e4br01',
      name: 'ledger',
      objective: hours(27),
      listing: listing({
        id: '43e4feaab48f11e89039fa163ebaa7e4br01',
        created: CREATED,
        kind: 'TaurusDB',
        status: 'ACTIVE',
        engineVersion: '8.0',
        arch: undefined,
        encrypted: undefined,
      }),
      backups: [
        ...[1, 2, 3, 4].map((days) =>
          succeeded({
            id: `i-${days}`,
            start: MIDNIGHT - days * DAY - 100 * days,
            end: MIDNIGHT - days * DAY,
            size: bytes(days * 1_073_741_824),
            duration: 100 * days,
            method: 'auto',
          }),
        ),
        succeeded({
          id: 'i',
          start: MIDNIGHT - 240,
          end: MIDNIGHT,
          size: bytes(2_939_158_528),
          duration: 240,
          engineVersion: '8.0',
          method: 'manual',
        }),
      ],
    }),
  ],
  { service: 'gaussdb-mysql' },
);

/** Two services whose resources have every metric, present and absent. */
export const SMALL_WORLD: readonly ServedService[] = [GRAPHS, INSTANCES];

/** The exporter's own metrics before the first poll. */
export const createSmallMetrics = (): ExporterMetrics =>
  createExporterMetrics({ version: '1.2.3', revision: 'abc1234', nodeVersion: 'v24.0.0' }, () => NEVER_YIELD);

/** The exporter's own metrics after a few polls of the same world. */
async function smallWorldMetrics(): Promise<ExporterMetrics> {
  const metrics = createSmallMetrics();
  const instances = { ...PLACE, service: 'gaussdb-mysql' } as const;
  const project = { region: PLACE.region, project: PLACE.project };
  metrics.recordReload(true, unixSeconds(MIDNIGHT - 10));
  await metrics.admit(PLACE);
  await metrics.admit(instances);
  const request = { operation: 'list_backups', clockSkew: seconds(-2) };
  metrics.recordRequest(project, { ...request, service: 'ges', code: '200', seconds: seconds(0.07) });
  metrics.recordRequest(project, {
    ...request,
    service: 'gaussdb-mysql',
    code: '403',
    seconds: seconds(0.3),
  });
  metrics.recordRequest(project, {
    ...request,
    service: 'iam',
    operation: 'sign_in',
    code: 'timeout',
    seconds: seconds(31),
  });
  await metrics.recordPoll(PLACE, {
    outcome: 'success',
    ended: unixSeconds(MIDNIGHT + 0.25),
    duration: seconds(0.125),
    rejections: { not_an_object: 1, id: 0, resource: 2, time: 3 },
    inventoryComplete: true,
    resourcesUnlisted: 4,
    complete: { unlisted: 1, overLimit: 2 },
  });
  await metrics.recordPolicies(PLACE, 3);
  await metrics.recordPoll(instances, {
    outcome: 'permission',
    ended: unixSeconds(MIDNIGHT + 1),
    duration: seconds(0.5),
    rejections: undefined,
    inventoryComplete: false,
    resourcesUnlisted: undefined,
    complete: undefined,
  });
  await metrics.recordCredentialsExpiry(project, unixSeconds(MIDNIGHT + 30 * DAY));
  return metrics;
}

/** The whole exposition of the small world. */
export async function exposeSmallWorld(format: ExpositionFormat): Promise<string> {
  const metrics = await smallWorldMetrics();
  const services = plainText(publicationOf([metrics.series])(), format);
  return plainText(await publish(SMALL_WORLD), format) + services + (await metrics.render(format));
}
