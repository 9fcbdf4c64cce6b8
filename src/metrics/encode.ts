import type { Pace } from '../state/pace.ts';
import type { ServedService } from '../state/served.ts';
import { writeSample } from './exposition.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';
import { placeLabels, resourceLabels, sampleReader } from './sample-reader.ts';

// Small enough that writing one piece is done in about a millisecond.
const RESOURCES_PER_PIECE = 500;

const READERS = RESOURCE_METRICS.map((metric) => ({ name: metric.name, read: sampleReader(metric) }));

/**
 * The samples of a service in UTF-8: for each metric of `RESOURCE_METRICS`, in order, the pieces that hold them.
 * They are the same in both exposition formats. A metric without samples has no pieces.
 */
export async function encodeSamples(
  service: ServedService,
  pace: Pace,
): Promise<readonly (readonly Buffer[])[]> {
  const { resources } = service;
  const place = placeLabels(service);
  const pieces: Buffer[][] = READERS.map(() => []);
  for (let from = 0; from < resources.length; from += RESOURCES_PER_PIECE) {
    const group = resources
      .slice(from, from + RESOURCES_PER_PIECE)
      .map((resource) => ({ resource, labels: resourceLabels(place, resource) }));
    for (const [index, { name, read }] of READERS.entries()) {
      await pace();
      let text = '';
      for (const { resource, labels } of group) {
        read(resource, (moreLabels, value) => {
          text += writeSample(name, labels + moreLabels, value);
        });
      }
      if (text !== '') pieces[index]?.push(Buffer.from(text));
    }
  }
  return pieces;
}
