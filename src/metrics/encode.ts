import type { Pace } from '../state/pace.ts';
import type { ServedService } from '../state/served.ts';
import { createLineBuffer } from './line-buffer.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';
import { placeLabels, resourceLabels, sampleReader } from './sample-reader.ts';

/** Some samples of one metric, as lines in UTF-8. */
export interface EncodedPiece {
  /** The index of the metric in `RESOURCE_METRICS`. */
  readonly metric: number;
  /** Valid until the next piece is asked for. */
  readonly bytes: Buffer;
}

// Small enough that writing one piece is done in about a millisecond.
const RESOURCES_PER_PIECE = 500;

const READERS = RESOURCE_METRICS.map((metric) => ({
  start: Buffer.from(`${metric.name}{`),
  read: sampleReader(metric),
}));

/**
 * The samples of a service. The pieces of a metric come in order, between those of other metrics, and are the same
 * in both exposition formats. A metric without samples has no pieces.
 */
export async function* encodeSamples(service: ServedService, pace: Pace): AsyncGenerator<EncodedPiece> {
  const { resources } = service;
  const place = placeLabels(service);
  const lines = createLineBuffer();
  for (let from = 0; from < resources.length; from += RESOURCES_PER_PIECE) {
    const group = resources
      .slice(from, from + RESOURCES_PER_PIECE)
      .map((resource) => ({ resource, labels: Buffer.from(resourceLabels(place, resource)) }));
    for (const [metric, { start, read }] of READERS.entries()) {
      await pace();
      for (const { resource, labels } of group) {
        read(resource, (moreLabels, value) => lines.add(start, labels, moreLabels, value));
      }
      const bytes = lines.take();
      if (bytes.length > 0) yield { metric, bytes };
    }
  }
}
