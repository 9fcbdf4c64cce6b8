import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const ROUNDS = 3;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory used by this process after garbage collection, in bytes. */
export async function memoryInUse(): Promise<number> {
  // Memory that a collected object held outside the heap is freed only after the collection.
  for (let round = 0; round < ROUNDS; round += 1) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
