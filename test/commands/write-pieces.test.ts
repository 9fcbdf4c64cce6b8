import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { writePieces } from '../../src/commands/backfill/write-pieces.ts';

const NEVER = new AbortController().signal;

/** A stream that takes its time for each chunk, and reads it when it has had that. */
function slowStream(): { readonly stream: Writable; readonly read: () => string } {
  let text = '';
  const stream = new Writable({
    highWaterMark: 1_000_000,
    write: (chunk: Buffer, _, done) => {
      setImmediate(() => {
        text += chunk.toString();
        done();
      });
    },
  });
  return { stream, read: () => text };
}

/** Pieces of which each one is written over when the next but one is made. */
function* reused(count: number): Generator<Uint8Array> {
  const memory = [Buffer.alloc(4), Buffer.alloc(4)];
  for (let index = 0; index < count; index += 1) {
    const piece = memory[index % 2] ?? Buffer.alloc(0);
    piece.write(String(index).padStart(4, '0'));
    yield piece;
  }
}

describe('writing pieces', () => {
  it('is done with one before its memory is used again', async () => {
    const { stream, read } = slowStream();

    await writePieces(reused(30), stream, NEVER);

    expect(read()).toBe(Array.from({ length: 30 }, (_, index) => String(index).padStart(4, '0')).join(''));
  });

  it('makes no more than two that are not written', async () => {
    let made = 0;
    let most = 0;
    let written = 0;
    const stream = new Writable({
      highWaterMark: 1_000_000,
      write: (_, __, done) => {
        setImmediate(() => {
          most = Math.max(most, made - written);
          written += 1;
          done();
        });
      },
    });
    const counted = function* (): Generator<Uint8Array> {
      for (const piece of reused(20)) {
        made += 1;
        yield piece;
      }
    };

    await writePieces(counted(), stream, NEVER);

    expect({ made, written, most }).toEqual({ made: 20, written: 20, most: 2 });
  });

  it('ends with the error of the stream, and makes no more', async () => {
    let made = 0;
    const stream = new Writable({
      write: (_, __, done) => void setImmediate(() => done(new Error('full'))),
    });
    const counted = function* (): Generator<Uint8Array> {
      for (; made < 1000; made += 1) yield Buffer.from('piece');
    };

    await expect(writePieces(counted(), stream, NEVER)).rejects.toThrow('full');
    expect(made).toBeLessThan(3);
  });

  it('ends when it is told to, though the stream takes nothing', async () => {
    const stuck = new Writable({ write: () => undefined });
    const controller = new AbortController();

    const writing = writePieces(reused(5), stuck, controller.signal);
    controller.abort(new Error('enough'));

    await expect(writing).rejects.toThrow('enough');
    await expect(writePieces(reused(5), stuck, controller.signal)).rejects.toThrow('enough');
  });
});
