import { samplesOf } from './block.ts';
import { combineCrc } from './combine-crc.ts';
import { type ExpositionFormat, writeMetadata } from './exposition.ts';
import type { MetricDescription } from './metric.ts';
import { compressText, type DeflatedText, type SeriesGroup, type SeriesSnapshot } from './series-set.ts';

/** Text as raw deflate without an end: what follows it must finish the stream. */
export interface PublishedDeflate {
  readonly buffers: readonly Buffer[];
  /** The length of the text, and its CRC-32. */
  readonly plainBytes: number;
  readonly crc: number;
}

const JOINED_BYTES = 128 * 1024;
const LARGE_BYTES = 64 * 1024;
// More is sent in chunks: a copy of many megabytes for each scrape is garbage that costs more than many small writes.
const MOST_JOINED_BYTES = 4 * 1024 * 1024;
const TINY_BYTES = 1024;

/**
 * Returns the publication of the current snapshots: the same one until one of them changes. The first request joins
 * what is already rendered and compressed.
 */
export function publicationOf(sources: readonly (() => SeriesSnapshot)[]): () => Publication {
  const snapshots = () => sources.map((source) => source());
  let published = snapshots();
  let publication = createPublication(published);
  return () => {
    const now = snapshots();
    if (now.some((snapshot, index) => snapshot !== published[index])) {
      published = now;
      publication = createPublication(now);
    }
    return publication;
  };
}

/** Snapshots of series of different metrics in every format. The samples of a metric are contiguous across groups. */
export const createPublication = (snapshots: readonly SeriesSnapshot[]) => ({
  plain: onceForEach((format: ExpositionFormat) => joinPlain(snapshots, format)),
  deflated: onceForEach((format: ExpositionFormat) => joinDeflated(snapshots, format)),
});

export type Publication = ReturnType<typeof createPublication>;

function onceForEach<Key, Result extends object>(make: (key: Key) => Result): (key: Key) => Result {
  const made = new Map<Key, Result>();
  return (key) => {
    const result = made.get(key) ?? make(key);
    made.set(key, result);
    return result;
  };
}

function joinPlain(snapshots: readonly SeriesSnapshot[], format: ExpositionFormat): readonly Buffer[] {
  const texts: Buffer[] = [];
  for (const { metric, index, groups } of servedMetrics(snapshots)) {
    texts.push(Buffer.from(writeMetadata(metric, format)));
    for (const { blocks } of groups) for (const block of blocks) texts.push(samplesOf(block, index));
  }
  return joinSmall(texts);
}

function joinDeflated(snapshots: readonly SeriesSnapshot[], format: ExpositionFormat): PublishedDeflate {
  const texts: Buffer[] = [];
  let plainBytes = 0;
  let crc = 0;
  const add = (text: DeflatedText): void => {
    texts.push(text.deflated);
    plainBytes += text.plainBytes;
    crc = combineCrc(crc, text.crc, text.shift);
  };
  for (const { metric, index, groups } of servedMetrics(snapshots)) {
    add(deflatedMetadata(format)(metric));
    for (const { byMetric } of groups) {
      const samples = byMetric[index];
      if (samples !== undefined) add(samples);
    }
  }
  return { buffers: joinSmall(texts), plainBytes, crc };
}

function* servedMetrics(snapshots: readonly SeriesSnapshot[]): Generator<{
  readonly metric: MetricDescription;
  readonly index: number;
  readonly groups: readonly SeriesGroup[];
}> {
  for (const { metrics, groups } of snapshots) {
    for (const [index, metric] of metrics.entries()) {
      if (groups.some(({ byMetric }) => byMetric[index] !== undefined)) yield { metric, index, groups };
    }
  }
}

// Many small buffers cost a scrape more than their bytes; large ones are shared without a copy.
function joinSmall(buffers: readonly Buffer[]): readonly Buffer[] {
  const joined: Buffer[] = [];
  const bytes = buffers.reduce((sum, { length }) => sum + length, 0);
  const large = bytes > MOST_JOINED_BYTES ? TINY_BYTES : LARGE_BYTES;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = (): void => {
    if (pending.length > 0) joined.push(Buffer.concat(pending, pendingBytes));
    pending = [];
    pendingBytes = 0;
  };
  for (const buffer of buffers) {
    const isLarge = buffer.length >= large;
    if (isLarge || pendingBytes + buffer.length > JOINED_BYTES) flush();
    if (isLarge) {
      joined.push(buffer);
    } else {
      pending.push(buffer);
      pendingBytes += buffer.length;
    }
  }
  flush();
  return joined;
}

// Compressed when first needed, not at startup.
const deflatedMetadata = onceForEach((format: ExpositionFormat) =>
  onceForEach((metric: MetricDescription) => compressText(Buffer.from(writeMetadata(metric, format)))),
);
