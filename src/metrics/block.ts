import type { Yield } from '../state/event-loop.ts';
import { createLineBuffer, type LineBuffer } from './line-buffer.ts';
import type { SeriesMetric } from './metric.ts';
import { sampleReader } from './sample-reader.ts';

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

/** Writes the samples of subjects as blocks, reusing those of `before` that have the same bytes. */
export type BlockEncoder<Subject> = (
  content: LabelledSubjects<Subject>,
  before: readonly Block[],
  yieldIfDue: Yield,
) => Promise<readonly Block[]>;

// The samples of one metric are then about 100 KB: written, or compressed, in a millisecond.
const SUBJECTS_PER_BLOCK = 500;

export function createBlockEncoder<Subject>(
  metrics: readonly SeriesMetric<Subject>[],
): BlockEncoder<Subject> {
  const writers = metrics.map((metric) => ({
    start: Buffer.from(`${metric.name}{`),
    read: sampleReader(metric),
  }));

  const write = async (
    lines: LineBuffer,
    { subjects, labelsOf }: LabelledSubjects<Subject>,
    yieldIfDue: Yield,
  ): Promise<readonly number[]> => {
    const labelled = subjects.map((subject) => ({ subject, labels: Buffer.from(labelsOf(subject)) }));
    const ends: number[] = [];
    for (const { start, read } of writers) {
      await yieldIfDue();
      for (const { subject, labels } of labelled) {
        read(subject, (moreLabels, value) => lines.add(start, labels, moreLabels, value));
      }
      ends.push(lines.length());
    }
    return ends;
  };

  return async ({ subjects, labelsOf }, before, yieldIfDue) => {
    const lines = createLineBuffer();
    const blocks: Block[] = [];
    for (let from = 0; from < subjects.length; from += SUBJECTS_PER_BLOCK) {
      const group = subjects.slice(from, from + SUBJECTS_PER_BLOCK);
      const ends = await write(lines, { subjects: group, labelsOf }, yieldIfDue);
      const written = lines.take();
      const known = before[blocks.length];
      blocks.push(
        known?.bytes.equals(written) ? known : { bytes: ownCopy(written), ends, subjects: group.length },
      );
    }
    return blocks;
  };
}

/** The samples of the metric at this index. */
export function samplesOf({ bytes, ends }: Block, metric: number): Buffer {
  return bytes.subarray(ends[metric - 1] ?? 0, ends[metric]);
}

/** Whether two blocks have the same samples of the metric at this index. */
export function sameSamples(one: Block, other: Block, metric: number): boolean {
  return (
    one.bytes.compare(
      other.bytes,
      other.ends[metric - 1] ?? 0,
      other.ends[metric],
      one.ends[metric - 1] ?? 0,
      one.ends[metric],
    ) === 0
  );
}

/** A separate copy. A small buffer is otherwise part of a larger one, which could not be freed. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
