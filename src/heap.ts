import { PerformanceObserver } from 'node:perf_hooks';
import v8 from 'node:v8';

// Both halves of it. Half as much makes a large poll a fifth dearer, twice as much saves nothing.
const YOUNG_GENERATION_BYTES = 4 * 1024 * 1024;
// The start takes fewer collections than this, as do small polls; those of a large one come within a fraction of a second.
const MANY_COLLECTIONS = 32;
const SOON_MILLISECONDS = 1000;
const GARBAGE_PERCENT = 100;

/**
 * Limits the memory of the process to about what it needs. On a machine with much memory, V8 lets new objects grow to
 * 128 MB and collects old ones late. A package cannot pass flags to the Node.js that runs it.
 */
export function keepHeapSmall(): void {
  v8.setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
  let factor = 0;
  const growBy = (wanted: 1 | 2): void => {
    if (wanted !== factor) v8.setFlagsFromString(`--semi-space-growth-factor=${wanted}`);
    factor = wanted;
  };
  growBy(1);
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    collections.push(...list.getEntries().map(({ startTime }) => startTime));
    collections.splice(0, collections.length - MANY_COLLECTIONS);
    const [first = 0] = collections;
    const isBusy = collections.length === MANY_COLLECTIONS && performance.now() - first < SOON_MILLISECONDS;
    growBy(isBusy && youngGenerationBytes() < YOUNG_GENERATION_BYTES ? 2 : 1);
  });
  observer.observe({ entryTypes: ['gc'] });
}

const youngGenerationBytes = (): number =>
  v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
