import type { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { type Publication, publicationOf } from '../../src/metrics/publication.ts';
import { createPublisher } from '../../src/metrics/publisher.ts';
import type { ServedService } from '../../src/state/served.ts';
import { NO_PACE } from './state.ts';

/** The series of these services' resources. */
export async function publish(services: readonly ServedService[]): Promise<Publication> {
  const publisher = createPublisher(() => NO_PACE);
  await Promise.all(services.map((service, index) => publisher.publish(String(index), service)));
  return publicationOf([publisher.current])();
}

/** The text of a publication as it is sent uncompressed. */
export const plainText = (publication: Publication, format: ExpositionFormat): string =>
  Buffer.concat(publication.plain(format)).toString('utf8');
