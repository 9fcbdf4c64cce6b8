import { existsSync, readFileSync } from 'node:fs';
import type { PagedList } from '../../src/pagination/list.ts';
import { defaultApi } from '../../src/services/index.ts';
import type { CloudService } from '../../src/services/service.ts';

/**
 * A title, the row or response of the service, and the expected result. An expected object or array is a partial match
 * (`toMatchObject`), with the times `start`, `end` and `created` in ISO 8601: `2024-03-01T02:00:00.000Z`. A rejection
 * reason and `ignored` are strings. Lists and actions are those of the resource `r-1` in the parent `v-1`. In `pages` the
 * response `"no body"` means one without a body.
 */
type Case = readonly [title: string, given: unknown, expected: unknown];

/** The cases in the folder of a service, by kind. */
export const casesOf = ({ type }: CloudService): Readonly<Record<string, readonly Case[]>> => {
  const file = new URL(`../../src/services/${type}/cases.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
};

const RESOURCE = { id: 'r-1', parentId: 'v-1' };

/** Reads the cases of one kind. */
export function readerOf(service: CloudService, kind: string): (given: unknown) => unknown {
  const { backups, resources, policies, actions } = defaultApi(service);
  const list = backups.of === 'project' ? backups.list : backups.ofResource(RESOURCE)[0];
  const rowsOf = (of: PagedList<unknown> | undefined) => (row: unknown) => of?.readRow(row);
  switch (kind) {
    case 'backups':
      return rowsOf(list);
    case 'resources':
      return rowsOf(resources);
    case 'failedRuns':
      return rowsOf(backups.of === 'project' ? backups.failedRuns : undefined);
    case 'projectPolicies':
      return rowsOf(policies?.of === 'project' ? policies.list : undefined);
    case 'policies':
      return (body) => (policies?.of === 'resource' ? policies.read(body) : undefined);
    case 'pages':
      return (body) => list?.readPage(body === 'no body' ? undefined : body);
    case 'created':
      return (body) => actions.readCreated(body, RESOURCE);
    case 'jobs':
      return (body) => actions.job?.read(body);
    default:
      throw new Error(`there are no cases of ${kind}`);
  }
}
