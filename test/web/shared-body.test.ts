import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createYield } from '../../src/state/event-loop.ts';
import { sendShared } from '../../src/web/shared-body.ts';

/** A response whose client reads so fast that it is writable again before the next turn of the event loop. */
const eagerResponse = (onWrite: () => void): ServerResponse => {
  const response = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      onWrite();
      process.nextTick(done);
    },
  });
  const req = Object.assign(new EventEmitter(), { method: 'GET' });
  return Object.assign(response, { req, setHeader: () => undefined }) as unknown as ServerResponse;
};

it('a large body yields to the event loop, however fast it is read', async () => {
  let milliseconds = 0;
  const yieldIfDue = createYield(() => milliseconds);
  let slices = 0;
  const response = eagerResponse(() => {
    milliseconds += 1;
    slices += 1;
  });
  let slicesBefore = Number.POSITIVE_INFINITY;
  setImmediate(() => {
    slicesBefore = slices;
  });

  await sendShared(response, [Buffer.alloc(8 * 1024 * 1024)], yieldIfDue);

  expect(slices).toBe(128);
  expect(slicesBefore).toBeLessThan(8);
});
