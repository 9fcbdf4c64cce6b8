import { countDigits, writeDigits } from '../metrics/digits.ts';
/** The times of samples in whole Unix seconds, none of them before 1970. */
export interface SampleTimes {
  readonly first: number;
  /** Seconds from one to the next. */
  readonly step: number;
  readonly count: number;
}

/** Lines of samples, gathered until they are worth handing on. */
export interface SampleLines {
  /**
   * Adds one line for each time: `start`, the time, a line feed. Gives the times for which there was no room left;
   * into an empty piece at least one line goes.
   */
  readonly add: (start: Uint8Array, times: SampleTimes) => SampleTimes;
  /** What was added since the last time. It has to be used up before lines are added after the next call. */
  readonly take: () => Uint8Array;
}

const LINE_FEED = '\n';

/** Gathers lines into pieces of about so many bytes. Lines that differ in their times alone are copied and patched. */
export function createSampleLines(pieceLength: number): SampleLines {
  // Two that take turns: one is filled while the other is written. New ones all the time would keep the collector busy.
  let piece = Buffer.allocUnsafe(pieceLength);
  let other = Buffer.allocUnsafe(pieceLength);
  let used = 0;
  return {
    add: (start, times) => {
      const { first, step, count } = times;
      const line = Buffer.concat([start, Buffer.from(`${first}${LINE_FEED}`)]);
      if (used === 0 && line.length > piece.length) piece = Buffer.allocUnsafe(line.length);
      // All times in one go have as many digits as the first.
      const ofThisLength = Math.ceil((10 ** countDigits(first) - first) / step);
      const fitting = Math.min(count, ofThisLength, Math.floor((piece.length - used) / line.length));
      if (fitting > 0) piece.fill(line, used, used + fitting * line.length);
      for (let index = 0; index < fitting; index += 1) {
        used += line.length;
        writeDigits(piece, used - LINE_FEED.length, first + index * step);
      }
      return { first: first + fitting * step, step, count: count - fitting };
    },
    take: () => {
      const taken = piece.subarray(0, used);
      [piece, other] = [other, piece];
      used = 0;
      return taken;
    },
  };
}
