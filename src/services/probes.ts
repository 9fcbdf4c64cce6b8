import type { ApiCall } from './api-call.ts';
import type { List, ResourceKey, ServiceApi } from './service.ts';

/** A request that only shows how a service responds. */
export interface Probe {
  readonly name: ProbeName;
  readonly call: ApiCall;
}

/** What each probe shows. */
export const PROBES = {
  'first rows': 'the first two rows of a list',
  'next rows': 'two rows from offset 1: whether an offset counts rows or pages',
  'default limit': 'a list without offset and limit',
  'past the end': 'an offset past the last row: how a list ends',
  'large limit': 'a limit one above the largest that the exporter uses',
  policy: 'the backup policy of one resource',
  'unknown id': 'an id that does not exist: the body of the error',
} as const;
/** One of {@link PROBES}. */
export type ProbeName = keyof typeof PROBES;

/** Longer than any list of these services. */
export const PAST_THE_END = 1_000_000;

/** About ten read-only probes of a service, derived from its lists and policies. */
export function probesOf(api: ServiceApi, resource: ResourceKey | undefined): readonly Probe[] {
  const { resources, backups, policies, actions } = api;
  const unknown = { id: unknownId(resource?.id), parentId: resource?.parentId };
  const [ofResource] = resource === undefined ? [] : backups.ofResource(resource);
  const backupList = backups.of === 'project' ? backups.list : ofResource;
  const ofUnknown =
    policies?.of === 'resource'
      ? policies.call(unknown)
      : (actions.job?.call(unknown, unknown.id) ?? backups.ofResource(unknown)[0]?.call);
  return [
    ...(backupList === undefined ? [] : listProbes(backupList)),
    ...listProbes(resources),
    ...(policies?.of === 'resource' && resource !== undefined
      ? [{ name: 'policy' as const, call: policies.call(resource) }]
      : []),
    ...(ofUnknown === undefined ? [] : [{ name: 'unknown id' as const, call: ofUnknown }]),
  ];
}

function listProbes({ call, paging }: List<unknown>): readonly Probe[] {
  if (paging.by === 'nothing') return [{ name: 'default limit', call }];
  const first = paging.by === 'page' ? paging.first : 0;
  const page = (name: ProbeName, offset: number, limit: number): Probe => ({
    name,
    call: { ...call, query: { ...call.query, offset: String(offset), limit: String(limit) } },
  });
  return [
    page('first rows', first, 2),
    page('next rows', first + 1, 2),
    { name: 'default limit', call },
    page('past the end', PAST_THE_END, 2),
    page('large limit', first, paging.limit + 1),
  ];
}

/** An id of the same format that does not exist. */
const unknownId = (id = '0'.repeat(32)): string =>
  /^[0-9a-f-]{32,36}/.test(id)
    ? id.replace(/^[0-9a-f-]{32,36}/, (part) => part.replaceAll(/[0-9a-f]/g, '0'))
    : `${id}0`;

/** Undefined if there is no such probe. */
export const asProbeName = (name: string): ProbeName | undefined =>
  Object.keys(PROBES).find((known): known is ProbeName => known === name);
