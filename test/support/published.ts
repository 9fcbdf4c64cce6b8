import type { ExpositionFormat } from '../../src/metrics/exposition.ts';
import { type Publication, publicationOf } from '../../src/metrics/publication.ts';
import { createPublisher } from '../../src/metrics/publisher.ts';
import type { ServedService } from '../../src/state/served.ts';
import { NEVER_YIELD } from './state.ts';

/** Publishes the resource series of these services. */
export async function publish(services: readonly ServedService[]): Promise<Publication> {
  const publisher = createPublisher(() => NEVER_YIELD);
  await Promise.all(services.map((service, index) => publisher.publish(String(index), service)));
  return publicationOf([publisher.current])();
}

/** The uncompressed text of a publication. */
export const plainText = (publication: Publication, format: ExpositionFormat): string =>
  Buffer.concat(publication.plain(format)).toString('utf8');
