import type { Pace } from '../state/pace.ts';
import { createDeflater, deflateSmall } from './deflate.ts';
import type { TextPiece } from './encode.ts';
import { RESOURCE_METRICS } from './resource-metrics.ts';

/**
 * A piece of text beside its raw deflate form. The deflated form ends with a full flush, so pieces may be joined
 * in any order into one deflate stream that only lacks its end.
 */
export interface Piece {
  readonly plain: Buffer;
  readonly deflated: Buffer;
}

/** The pieces of one service, by the index of the metric. */
export type CompressedSamples = readonly (readonly Piece[])[];

/**
 * Compresses encoded samples off the event loop. `before` are those of the last poll: most pieces are the same again
 * and are taken over as they are.
 */
export async function compressSamples(
  texts: AsyncIterable<TextPiece>,
  pace: Pace,
  before: CompressedSamples,
): Promise<CompressedSamples> {
  const pieces: Piece[][] = RESOURCE_METRICS.map(() => []);
  const encode = createEncoder();
  const deflater = createDeflater();
  try {
    for await (const { metric, text } of texts) {
      await pace();
      const plain = encode(text);
      const list = pieces[metric] ?? [];
      const last = before[metric]?.[list.length];
      if (last?.plain.equals(plain)) {
        list.push(last);
      } else {
        const own = Buffer.from(plain);
        list.push({ plain: own, deflated: await deflater.deflate(own) });
      }
    }
  } finally {
    deflater.close();
  }
  return pieces;
}

/** Compresses a short text at once. */
export function compressText(text: string): Piece {
  const plain = Buffer.from(text);
  return { plain, deflated: deflateSmall(plain) };
}

// Bytes for one place of a string.
const LONGEST_CHARACTER = 3;

/** Encodes one text after the other as UTF-8, each over the one before. */
function createEncoder(): (text: string) => Buffer {
  let buffer = Buffer.alloc(0);
  return (text) => {
    const most = text.length * LONGEST_CHARACTER;
    if (buffer.length < most) buffer = Buffer.allocUnsafeSlow(most);
    return buffer.subarray(0, buffer.write(text));
  };
}
