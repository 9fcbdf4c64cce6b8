import { setImmediate } from 'node:timers/promises';

const MOST_WAITING = 100;

/**
 * Makes each value once and keeps it for a while, so that a crowd of readers costs as much as one. Values are made one
 * after the other, and other requests are served in between. Undefined where too many wait already.
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
