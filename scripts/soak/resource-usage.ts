import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** What the process holds while nothing happens. */
export interface Holdings {
  /** Bytes, after collection. */
  readonly heap: number;
  /** Bytes outside of the heap that objects of it own. */
  readonly external: number;
  readonly residentSet: number;
  /** Files, sockets, pipes. */
  readonly descriptors: number;
  /** What keeps the event loop alive, by kind: timers, sockets, servers, requests to the file system. */
  readonly resources: ReadonlyMap<string, number>;
}

const SETTLING_MILLISECONDS = 100;
const COLLECTIONS = 4;

/** Collects garbage and takes stock. Needs `--expose-gc`. */
export async function takeStock(): Promise<Holdings> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('garbage cannot be collected: start node with --expose-gc');
  for (let count = 0; count < COLLECTIONS; count += 1) {
    await wait(SETTLING_MILLISECONDS);
    await gc({ type: 'major', execution: 'async' });
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) resources.set(kind, (resources.get(kind) ?? 0) + 1);
  return { heap: heapUsed, external, residentSet: rss, descriptors: openDescriptors(), resources };
}

/** Open descriptors of this process, as Linux tells them, but for `/dev/null`, which libuv holds once it has listened. */
function openDescriptors(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) !== '/dev/null';
    } catch {
      // The one by which the list was read.
      return false;
    }
  }).length;
}

/** A line of text about what keeps the event loop alive. */
export const resourcesText = (resources: Holdings['resources']): string =>
  Array.from(resources, ([kind, count]) => `${count} ${kind}`)
    .sort()
    .join(', ') || 'nothing';

/** What is held then and was not before, but for what is due. */
export function moreThan(
  before: Holdings,
  then: Holdings,
  due: Readonly<Record<string, number>> = {},
): readonly string[] {
  return Array.from(then.resources).flatMap(([kind, count]) => {
    const more = count - (before.resources.get(kind) ?? 0) - (due[kind] ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}
