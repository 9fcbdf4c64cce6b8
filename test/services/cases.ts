import { existsSync, readFileSync } from 'node:fs';
import type { PagedList } from '../../src/pagination/list.ts';
import { defaultApi } from '../../src/services/index.ts';
import type { CloudService } from '../../src/services/service.ts';

/** A title, what the cloud says, and what is read of it. */
type Case = readonly [title: string, given: unknown, expected: unknown];

/** The cases in the folder of a service, by kind. */
export const casesOf = ({ type }: CloudService): Readonly<Record<string, readonly Case[]>> => {
  const file = new URL(`../../src/services/${type}/cases.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
};

/** How the cases of one kind are read. */
export function readerOf(service: CloudService, kind: string): (given: unknown) => unknown {
  const { backups, resources, policies, actions } = defaultApi(service);
  const list = backups.of === 'project' ? backups.list : backups.ofResource({ id: 'r-1' })[0];
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
      return (body) => actions.readCreated(body, { id: 'r-1', parentId: 'v-1' });
    case 'jobs':
      return (body) => actions.job?.read(body);
    default:
      throw new Error(`there are no cases of ${kind}`);
  }
}
