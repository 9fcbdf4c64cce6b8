import { writeValue } from './exposition.ts';

// Bytes per UTF-16 unit.
const LONGEST_CHARACTER = 3;
const LONGEST_VALUE = 32;
const FIRST_LENGTH = 16 * 1024;

const ZERO = 0x30;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;
const LINE_FEED = 0x0a;

/**
 * Collects lines in reused memory. They are assembled from bytes: as strings they would take twice the time and leave
 * ten times the garbage.
 */
export function createLineBuffer() {
  let buffer = Buffer.allocUnsafeSlow(FIRST_LENGTH);
  let used = 0;

  const makeRoom = (length: number): void => {
    if (used + length <= buffer.length) return;
    buffer = Buffer.concat([buffer.subarray(0, used)], 2 * (used + length));
  };
  const addBytes = (bytes: Uint8Array): void => {
    buffer.set(bytes, used);
    used += bytes.length;
  };
  const addByte = (byte: number): void => {
    buffer[used] = byte;
    used += 1;
  };
  const addWholeNumber = (value: number): void => {
    for (let limit = 10; value >= limit; limit *= 10) used += 1;
    used += 1;
    let rest = value;
    let at = used;
    do {
      const tens = Math.floor(rest / 10);
      at -= 1;
      buffer[at] = ZERO + (rest - tens * 10);
      rest = tens;
    } while (rest > 0);
  };

  return {
    /** Adds a sample: its metric with the opening brace, the labels of its resource, more labels, and its value. */
    add: (metric: Uint8Array, labels: Uint8Array, moreLabels: string, value: number): void => {
      makeRoom(metric.length + labels.length + moreLabels.length * LONGEST_CHARACTER + LONGEST_VALUE);
      addBytes(metric);
      addBytes(labels);
      if (moreLabels !== '') used += buffer.write(moreLabels, used);
      addByte(CLOSING_BRACE);
      addByte(SPACE);
      if (Number.isSafeInteger(value) && value >= 0) addWholeNumber(value);
      else used += buffer.write(writeValue(value), used);
      addByte(LINE_FEED);
    },
    /** The bytes added since the last `take`. */
    length: (): number => used,
    /** The bytes added since the last `take`; valid until the next line is added. */
    take: (): Buffer => {
      const taken = buffer.subarray(0, used);
      used = 0;
      return taken;
    },
  };
}
