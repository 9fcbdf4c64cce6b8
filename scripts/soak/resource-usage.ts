import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** The resources used by the idle process. */
export interface ResourceUsage {
  /** Bytes, after garbage collection. */
  readonly heap: number;
  /** Bytes outside the heap that are owned by its objects. */
  readonly external: number;
  readonly residentSet: number;
  /** Files, sockets, pipes. */
  readonly descriptors: number;
  /** The resources that keep the event loop alive, by kind: timers, sockets, servers, file system requests. */
  readonly resources: ReadonlyMap<string, number>;
}

const SETTLING_MILLISECONDS = 100;
const COLLECTIONS = 4;

/** Collects garbage and measures the usage. Needs `--expose-gc`. */
export async function measureUsage(): Promise<ResourceUsage> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('cannot collect garbage: start node with --expose-gc');
  for (let count = 0; count < COLLECTIONS; count += 1) {
    await wait(SETTLING_MILLISECONDS);
    await gc({ type: 'major', execution: 'async' });
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const resources = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) resources.set(kind, (resources.get(kind) ?? 0) + 1);
  return { heap: heapUsed, external, residentSet: rss, descriptors: openDescriptors(), resources };
}

/** The number of open descriptors, except for `/dev/null`, which libuv keeps open once it has listened. */
function openDescriptors(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) !== '/dev/null';
    } catch {
      // The descriptor of this listing itself.
      return false;
    }
  }).length;
}

/** The resources that keep the event loop alive, as text. */
export const resourcesText = (resources: ResourceUsage['resources']): string =>
  Array.from(resources, ([kind, count]) => `${count} ${kind}`)
    .sort()
    .join(', ') || 'nothing';

/** The resources that are in use now and were not before, apart from the allowed ones. */
export function leakedResources(
  before: ResourceUsage,
  after: ResourceUsage,
  allowed: Readonly<Record<string, number>> = {},
): readonly string[] {
  return Array.from(after.resources).flatMap(([kind, count]) => {
    const more = count - (before.resources.get(kind) ?? 0) - (allowed[kind] ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}
