import { compressSamples } from '../../src/metrics/compress.ts';
import { encodeSamples } from '../../src/metrics/encode.ts';
import { joinServices, type Publication, type PublishedPart } from '../../src/metrics/publication.ts';
import type { ServedService } from '../../src/state/served.ts';
import { NO_PACE } from './state.ts';

/** The resource series of these services in every format. */
export async function publish(services: readonly ServedService[]): Promise<Publication> {
  const compressed = await Promise.all(
    services.map((service) => compressSamples(encodeSamples(service, NO_PACE), NO_PACE, [])),
  );
  return joinServices(compressed, NO_PACE);
}

/** The text of a part as it is sent uncompressed. */
export const plainText = ({ plain }: PublishedPart): string => Buffer.concat(plain).toString('utf8');
