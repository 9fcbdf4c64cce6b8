/** The shard of this process: it polls the projects whose names hash to its ordinal. */
export interface Shard {
  /** From 0. */
  readonly ordinal: number;
  readonly total: number;
}

/** A process that polls every project. */
export const WHOLE: Shard = { ordinal: 0, total: 1 };

/** Whether a project belongs to a shard. Adding a shard moves only one project in `total`. */
export const isInShard = ({ ordinal, total }: Shard, project: string): boolean =>
  total === 1 || jumpHash(fnv1a(project), total) === ordinal;

const MASK = (1n << 64n) - 1n;

/** FNV-1a of 64 bits over the UTF-8 bytes of a text. */
function fnv1a(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return hash;
}

/** Jump consistent hash, by Lamping and Veach: a bucket below `buckets` for a key. */
function jumpHash(key: bigint, buckets: number): number {
  let bucket = -1;
  let next = 0;
  let seed = key;
  while (next < buckets) {
    bucket = next;
    seed = (seed * 2862933555777941757n + 1n) & MASK;
    next = Math.floor((bucket + 1) * (2 ** 31 / (Number(seed >> 33n) + 1)));
  }
  return bucket;
}
