import { defaultEndpoint } from '../../src/services/host.ts';
import { callsOf, defaultApi, SERVICES } from '../../src/services/index.ts';
import type { CloudService } from '../../src/services/service.ts';

// Services used as examples in tests of the whole program, chosen from the built-in ones by their features.

/** The first service with this feature. Throws if there is none. */
function serviceThat(what: string, isLike: (service: CloudService) => boolean): CloudService {
  const service = SERVICES.find(isLike);
  if (service === undefined) throw new Error(`no service ${what}`);
  return service;
}

const first = serviceThat('is built in', () => true);
const other = serviceThat('is another one', (service) => service !== first);

/** The type of a service. */
export const ONE = first.type;

/** The type of another service. */
export const OTHER = other.type;

/** The URL of the first service in a region. */
export const endpointOfOne = (region: string, cloud?: string): string =>
  defaultEndpoint(first, region, cloud);

/** The type of a service with a backup policy for each resource. */
export const WITH_POLICY = serviceThat(
  'has policies',
  (service) => defaultApi(service).policies?.of === 'resource',
).type;

const jobOf = (service: CloudService) =>
  defaultApi(service).actions.job?.call({ id: 'r-1', parentId: 'v-1' }, 'j-1');

/** A service that follows a backup by a job, with a documented permission. */
export const WITH_JOBS = serviceThat('has jobs', (service) => jobOf(service)?.permission !== undefined);

/** A service that follows a backup by its list of backups. */
export const WITHOUT_JOBS = serviceThat('has no jobs', (service) => jobOf(service) === undefined);

/** The permission for an operation of a service, in a role. */
export function roleFor(service: CloudService, operation: string): string {
  const used = callsOf(service).find(({ call }) => call.operation === operation);
  const role = used?.call.permission?.role;
  if (role === undefined) throw new Error(`${service.type} names no permission for ${operation}`);
  return role;
}
