import type { Pace } from '../state/pace.ts';
import { combineCrc } from './combine-crc.ts';
import { type CompressedSamples, compressPiece, type Piece } from './compress.ts';
import { EXPOSITION_FORMATS, type ExpositionFormat, writeMetadata } from './exposition.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';

/** The resource series of all services in one format, ready to be sent. */
export interface PublishedPart {
  readonly plain: readonly Buffer[];
  /** Raw deflate without an end: what follows it must finish the stream. */
  readonly deflated: readonly Buffer[];
  readonly plainBytes: number;
  readonly deflatedBytes: number;
  /** CRC-32 of the plain bytes. */
  readonly crc: number;
}

/** The resource series in every format. */
export type Publication = Readonly<Record<ExpositionFormat, PublishedPart>>;

const JOINED_BYTES = 128 * 1024;
const LARGE_BYTES = 64 * 1024;

const NOTHING: PublishedPart = { plain: [], deflated: [], plainBytes: 0, deflatedBytes: 0, crc: 0 };

/** What is published before any service has been polled. */
export const EMPTY_PUBLICATION: Publication = { openmetrics: NOTHING, text: NOTHING };

const metadataByFormat = new Map<ExpositionFormat, readonly Piece[]>();

/** Joins the series of all services: the samples of a metric must stand together whichever service they are of. */
export async function joinServices(services: readonly CompressedSamples[], pace: Pace): Promise<Publication> {
  const joined = {} as Record<ExpositionFormat, PublishedPart>;
  for (const format of EXPOSITION_FORMATS) {
    const pieces: Piece[] = [];
    for (const [index, metadata] of metadataPieces(format).entries()) {
      const samples = services.flatMap((service) => service[index] ?? []);
      if (samples.length > 0) pieces.push(metadata, ...samples);
    }
    joined[format] = await joinPieces(pieces, pace);
  }
  return joined;
}

async function joinPieces(pieces: readonly Piece[], pace: Pace): Promise<PublishedPart> {
  let crc = 0;
  for (const piece of pieces) {
    await pace();
    crc = combineCrc(crc, piece.crc, piece.plain.length);
  }
  const plain = await joinSmall(
    pieces.map((piece) => piece.plain),
    pace,
  );
  const deflated = await joinSmall(
    pieces.map((piece) => piece.deflated),
    pace,
  );
  return { plain, deflated, plainBytes: totalBytes(plain), deflatedBytes: totalBytes(deflated), crc };
}

// Many small buffers cost a scrape more than their bytes do; large ones are shared between the formats as they are.
async function joinSmall(buffers: readonly Buffer[], pace: Pace): Promise<readonly Buffer[]> {
  const joined: Buffer[] = [];
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    const [only] = pending;
    if (only !== undefined) joined.push(pending.length === 1 ? only : Buffer.concat(pending));
    pending = [];
    pendingBytes = 0;
  };
  for (const buffer of buffers) {
    const isLarge = buffer.length >= LARGE_BYTES;
    if (isLarge || pendingBytes + buffer.length > JOINED_BYTES) {
      await pace();
      flush();
    }
    if (isLarge) joined.push(buffer);
    else pending.push(buffer);
    pendingBytes += isLarge ? 0 : buffer.length;
  }
  flush();
  return joined;
}

// Compressed when they are first needed, which is after the start.
function metadataPieces(format: ExpositionFormat): readonly Piece[] {
  const known = metadataByFormat.get(format);
  if (known !== undefined) return known;
  const pieces = RESOURCE_METRICS.map((metric) => compressPiece(Buffer.from(writeMetadata(metric, format))));
  metadataByFormat.set(format, pieces);
  return pieces;
}

function totalBytes(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}
