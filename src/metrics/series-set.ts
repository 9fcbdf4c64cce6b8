import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Yield } from '../state/event-loop.ts';
import { type Block, encodeBlocks, type LabelledSubjects, ownCopy, samplesOf } from './block.ts';
import { crcShift } from './combine-crc.ts';
import type { MetricDescription, SeriesMetric } from './metric.ts';

/**
 * Text as raw deflate. It ends with a full flush, so texts can be joined in any order into one deflate stream that only
 * lacks its end.
 */
export interface DeflatedText {
  readonly deflated: Buffer;
  /** The length of the text in bytes, and its CRC-32. */
  readonly plainBytes: number;
  readonly crc: number;
  readonly shift: number;
}

/** Some blocks, compressed by metric; undefined for a metric without samples. */
export interface SeriesGroup {
  readonly blocks: readonly Block[];
  readonly byMetric: readonly (DeflatedText | undefined)[];
}

export interface SeriesSnapshot {
  readonly metrics: readonly MetricDescription[];
  readonly groups: readonly SeriesGroup[];
}

// Keys that change together are rendered and compressed together, up to this many.
const KEYS_AT_ONCE = 100;

interface Group {
  readonly members: Member[];
  served: SeriesGroup;
}

interface Member {
  readonly group: Group;
  block: Block;
}

/**
 * Keeps series rendered and compressed, updated when they change. Replacing those of one key costs the same however
 * many others there are. Small blocks of several keys form a group of up to `groupSize` subjects: fewer buffers per
 * scrape, and better compression. `createYield` is called for each piece of work.
 */
export function createSeriesSet<Subject>(
  metrics: readonly SeriesMetric<Subject>[],
  groupSize: number,
  createYield: () => Yield,
) {
  const members = new Map<string, readonly Member[]>();
  const pending = new Map<string, LabelledSubjects<Subject>>();
  let groups: readonly Group[] = [];
  let current: SeriesSnapshot = { metrics, groups: [] };
  let working: Promise<void> | undefined;

  const groupWithRoom = (block: Block): Group => {
    const found = groups.find(({ members: inside }) => sizeOf(inside) + block.subjects <= groupSize);
    if (found !== undefined) return found;
    const group: Group = { members: [], served: { blocks: [], byMetric: [] } };
    groups = [...groups, group];
    return group;
  };

  /** Replaces the blocks of a key; returns the groups that change. */
  const place = (key: string, blocks: readonly Block[]): readonly Group[] => {
    const before = members.get(key) ?? [];
    const changed: Group[] = [];
    const after = blocks.map((block, index) => {
      const member = before[index] ?? { group: groupWithRoom(block), block };
      if (before[index] === undefined) member.group.members.push(member);
      else if (member.block === block) return member;
      member.block = block;
      changed.push(member.group);
      return member;
    });
    for (const member of before.slice(blocks.length)) {
      member.group.members.splice(member.group.members.indexOf(member), 1);
      changed.push(member.group);
    }
    if (after.length > 0) members.set(key, after);
    else members.delete(key);
    return changed;
  };

  const workOnce = async (yieldIfDue: Yield): Promise<void> => {
    const taken = Array.from(pending).slice(0, KEYS_AT_ONCE);
    const changed = new Set<Group>();
    for (const [key, content] of taken) {
      pending.delete(key);
      const before = members.get(key)?.map(({ block }) => block) ?? [];
      const blocks = await encodeBlocks(metrics, content, before, yieldIfDue);
      for (const group of place(key, blocks)) changed.add(group);
    }
    if (changed.size === 0) return;
    for (const group of changed) group.served = await compressGroup(group, metrics.length, yieldIfDue);
    groups = groups.filter((group) => group.members.length > 0);
    // All at once: a scrape must not see half of a key's series updated.
    current = { metrics, groups: groups.map((group) => group.served) };
  };

  const work = async (): Promise<void> => {
    const yieldIfDue = createYield();
    try {
      while (pending.size > 0) await workOnce(yieldIfDue);
    } finally {
      working = undefined;
    }
  };

  /** Replaces all series of a key; resolves when `current` returns them. */
  const replace = (key: string, content: LabelledSubjects<Subject>): Promise<void> => {
    pending.set(key, content);
    working ??= work();
    return working;
  };

  return {
    replace,
    /** Removes all series of a key; resolves when `current` no longer returns them. */
    remove: (key: string): Promise<void> => replace(key, { subjects: [], labelsOf: () => '' }),
    /** The same object until something changes. */
    current: (): SeriesSnapshot => current,
  };
}

const sizeOf = (members: readonly Member[]): number =>
  members.reduce((sum, { block }) => sum + block.subjects, 0);

async function compressGroup(
  { members, served }: Group,
  metrics: number,
  yieldIfDue: Yield,
): Promise<SeriesGroup> {
  const blocks = members.map(({ block }) => block);
  const byMetric: (DeflatedText | undefined)[] = [];
  for (let metric = 0; metric < metrics; metric += 1) {
    await yieldIfDue();
    byMetric.push(
      isUnchanged(served.blocks, blocks, metric) ? served.byMetric[metric] : compressSamples(blocks, metric),
    );
  }
  return { blocks, byMetric };
}

function isUnchanged(before: readonly Block[], after: readonly Block[], metric: number): boolean {
  return (
    before.length === after.length &&
    after.every((block, index) => {
      const known = before[index];
      if (known === undefined || known === block) return known === block;
      return samplesOf(known, metric).equals(samplesOf(block, metric));
    })
  );
}

function compressSamples(blocks: readonly Block[], metric: number): DeflatedText | undefined {
  const samples = blocks.map((block) => samplesOf(block, metric)).filter(({ length }) => length > 0);
  const [first] = samples;
  if (first === undefined) return undefined;
  return compressText(samples.length === 1 ? first : Buffer.concat(samples));
}

// Level 6 saves 5 % of the bytes at twice the time; a window of more than 8 KB saves nothing.
const OPTIONS = { level: 1, windowBits: 13, finishFlush: constants.Z_FULL_FLUSH };

/** Compresses synchronously: 100 KB take an eighth of a millisecond, with half the CPU of another thread. */
export function compressText(plain: Buffer): DeflatedText {
  return {
    deflated: ownCopy(deflateRawSync(plain, OPTIONS)),
    plainBytes: plain.length,
    crc: crc32(plain),
    shift: crcShift(plain.length),
  };
}
