import { setImmediate } from 'node:timers/promises';

const MOST_WAITING = 100;

/**
 * Computes each value once and keeps it for a while, so that many readers cost as much as one. Values are computed one
 * after another, with other requests served in between. Undefined if too many are waiting.
 */
export function keepFor<Value>(
  milliseconds: number,
): (key: string, make: () => Value | Promise<Value>) => Promise<Value> | undefined {
  const kept = new Map<string, Promise<Value>>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (waiting >= MOST_WAITING) return undefined;
    waiting += 1;
    const made = last.then(() => setImmediate()).then(make);
    kept.set(key, made);
    const forget = (): void => void kept.delete(key);
    last = made.then(() => setTimeout(forget, milliseconds).unref(), forget);
    void last.then(() => {
      waiting -= 1;
    });
    return made;
  };
}
