import { defaultEndpoint } from '../../src/services/host.ts';
import { callsOf, defaultApi, SERVICES } from '../../src/services/index.ts';
import type { CloudService } from '../../src/services/service.ts';

// Services that tests of the whole program take for examples. Which they are follows from those that are built in.

/** The first service that is like this. Throws where none is. */
function serviceThat(what: string, isLike: (service: CloudService) => boolean): CloudService {
  const service = SERVICES.find(isLike);
  if (service === undefined) throw new Error(`no service ${what}`);
  return service;
}

const first = serviceThat('is built in', () => true);
const other = serviceThat('is another one', (service) => service !== first);

/** The type of a service. */
export const ONE = first.type;

/** The type of another. */
export const OTHER = other.type;

/** The URL of the first in a region. */
export const endpointOfOne = (region: string, cloud?: string): string =>
  defaultEndpoint(first, region, cloud);

/** The type of one that has a backup policy for each resource. */
export const WITH_POLICY = serviceThat(
  'has policies',
  (service) => defaultApi(service).policies?.of === 'resource',
).type;

const jobOf = (service: CloudService) =>
  defaultApi(service).actions.job?.call({ id: 'r-1', parentId: 'v-1' }, 'j-1');

/** One that follows a backup by a job, and names the permission for that. */
export const WITH_JOBS = serviceThat('has jobs', (service) => jobOf(service)?.permission !== undefined);

/** One that follows a backup by its list of backups. */
export const WITHOUT_JOBS = serviceThat('has no jobs', (service) => jobOf(service) === undefined);

/** What to grant for an operation of a service, as a role. */
export function roleFor(service: CloudService, operation: string): string {
  const used = callsOf(service).find(({ call }) => call.operation === operation);
  const role = used?.call.permission?.role;
  if (role === undefined) throw new Error(`${service.type} names no permission for ${operation}`);
  return role;
}
