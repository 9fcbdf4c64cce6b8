import type { Yield } from '../state/event-loop.ts';
import { createLineBuffer } from './line-buffer.ts';
import type { SeriesMetric } from './metric.ts';

/** The samples of some subjects as lines in UTF-8, ordered by metric. */
export interface Block {
  readonly bytes: Buffer;
  /** The offset in the bytes at which the samples of each metric end. */
  readonly ends: readonly number[];
  readonly subjects: number;
}

/** Subjects, and their common labels without braces. */
export interface LabelledSubjects<Subject> {
  readonly subjects: readonly Subject[];
  readonly labelsOf: (subject: Subject) => string;
}

// The samples of one metric are then about 100 KB: written, or compressed, in a millisecond.
const SUBJECTS_PER_BLOCK = 500;

/** Writes the samples of subjects as blocks, reusing those of `before` that have the same bytes. */
export async function encodeBlocks<Subject>(
  metrics: readonly SeriesMetric<Subject>[],
  { subjects, labelsOf }: LabelledSubjects<Subject>,
  before: readonly Block[],
  yieldIfDue: Yield,
): Promise<readonly Block[]> {
  const lines = createLineBuffer();
  const blocks: Block[] = [];
  for (let from = 0; from < subjects.length; from += SUBJECTS_PER_BLOCK) {
    const labelled = subjects
      .slice(from, from + SUBJECTS_PER_BLOCK)
      .map((subject) => ({ subject, labels: Buffer.from(labelsOf(subject)) }));
    const ends: number[] = [];
    for (const { name, read } of metrics) {
      await yieldIfDue();
      const start = Buffer.from(`${name}{`);
      for (const { subject, labels } of labelled) {
        read(subject, (moreLabels, value) => lines.add(start, labels, moreLabels, value));
      }
      ends.push(lines.length());
    }
    const written = lines.take();
    const known = before[blocks.length];
    const isKnown = known?.bytes.equals(written) === true;
    blocks.push(isKnown ? known : { bytes: ownCopy(written), ends, subjects: labelled.length });
  }
  return blocks;
}

/** The samples of the metric at this index. */
export function samplesOf({ bytes, ends }: Block, metric: number): Buffer {
  return bytes.subarray(ends[metric - 1] ?? 0, ends[metric]);
}

/** A separate copy. A small buffer is otherwise part of a larger one, which could not be freed. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
