import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Pace } from '../state/pace.ts';
import type { EncodedPiece } from './encode.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';

/**
 * A piece of text beside its raw deflate form. The deflated form ends with a full flush, so pieces may be joined
 * in any order into one deflate stream that only lacks its end.
 */
export interface Piece {
  readonly plain: Buffer;
  readonly deflated: Buffer;
  /** CRC-32 of the plain bytes. */
  readonly crc: number;
}

/** The pieces of one service, by the index of the metric. */
export type CompressedSamples = readonly (readonly Piece[])[];

/**
 * Compresses encoded samples. `before` are those of the last poll: most pieces are the same again and are taken over
 * as they are.
 */
export async function compressSamples(
  encoded: AsyncIterable<EncodedPiece>,
  pace: Pace,
  before: CompressedSamples,
): Promise<CompressedSamples> {
  const pieces: Piece[][] = RESOURCE_METRICS.map(() => []);
  for await (const { metric, bytes } of encoded) {
    await pace();
    const list = pieces[metric] ?? [];
    const last = before[metric]?.[list.length];
    list.push(last?.plain.equals(bytes) ? last : compressPiece(Buffer.from(bytes)));
  }
  return pieces;
}

// Level 6 saves a twentieth of the bytes for twice the time; a window of more than 8 KB saves none.
const OPTIONS = { level: 1, windowBits: 13, finishFlush: constants.Z_FULL_FLUSH };

/**
 * Compresses a piece at once: one of 100 KB takes an eighth of a millisecond, and half as much CPU as when it goes to
 * another thread and back.
 */
export function compressPiece(plain: Buffer): Piece {
  return { plain, deflated: deflateRawSync(plain, OPTIONS), crc: crc32(plain) };
}
