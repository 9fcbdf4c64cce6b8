import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc, crcShift } from '../../src/metrics/combine-crc.ts';

describe('the checksum of two joined texts', () => {
  it('follows from their checksums', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });

    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const combined = combineCrc(crc32(first), crc32(second), crcShift(second.length));

        expect(combined).toBe(crc32(Buffer.concat([first, second])));
      }),
    );
  });

  it('is correct for long texts', () => {
    const first = Buffer.alloc(70_001, 'first');
    const second = Buffer.alloc(5_000_003, 'second');

    expect(combineCrc(crc32(first), crc32(second), crcShift(second.length))).toBe(
      crc32(second, crc32(first)),
    );
  });
});
