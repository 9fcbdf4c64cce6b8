import { defaultEndpoint } from '../../src/services/host.ts';
import { defaultApi, SERVICES } from '../../src/services/index.ts';
import type { CloudService } from '../../src/services/service.ts';

// Services that tests of the whole program take for examples. Which they are follows from those that are built in.

/** The first service that is like this. Throws where none is. */
export function serviceThat(what: string, isLike: (service: CloudService) => boolean): CloudService {
  const service = SERVICES.find(isLike);
  if (service === undefined) throw new Error(`no service ${what}`);
  return service;
}

const first = serviceThat('is polled by default', ({ byDefault }) => byDefault === true);
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
