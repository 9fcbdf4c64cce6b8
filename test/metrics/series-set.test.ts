import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesMetric } from '../../src/metrics/metric.ts';
import { publicationOf } from '../../src/metrics/publication.ts';
import * as samples from '../../src/metrics/samples.ts';
import { createSeriesSet } from '../../src/metrics/series-set.ts';
import { plainText } from '../support/published.ts';
import { NEVER_YIELD } from '../support/state.ts';

interface Subject {
  readonly id: string;
  readonly odd: number;
  readonly even: number;
}

const metric = (name: string, value: (subject: Subject) => number | undefined): SeriesMetric<Subject> => ({
  name,
  type: 'gauge',
  help: 'Help.',
  ...samples.value(value),
});

const METRICS = [
  metric('odd', ({ odd }) => (odd % 2 === 1 ? odd : undefined)),
  metric('even', ({ even }) => (even % 2 === 0 ? even : undefined)),
];
const GROUP_SIZE = 10;

const create = () => createSeriesSet(METRICS, GROUP_SIZE, () => NEVER_YIELD);

const content = (...subjects: readonly Subject[]) => ({
  subjects,
  labelsOf: ({ id }: Subject) => `id="${id}"`,
});

const subjects = (key: string, count: number, value = 0): readonly Subject[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${key}-${index}`, odd: value + 1, even: value }));

const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('a set of series', () => {
  it('is compressed again only where it changed', async () => {
    const set = create();
    for (let key = 0; key < 20; key += 1) await set.replace(`key-${key}`, content(...subjects(`${key}`, 5)));
    const before = set.current().groups;

    await set.replace('key-3', content(...subjects('3', 4), { id: '3-4', odd: 1, even: 2 }));

    const after = set.current().groups;
    const kept = after.filter((group) => before.includes(group));
    const [changed] = after.filter((group) => !before.includes(group));
    const [was] = before.filter((group) => !after.includes(group));
    expect(before).toHaveLength(10);
    expect(kept).toHaveLength(9);
    expect(changed?.byMetric[0]).toBe(was?.byMetric[0]);
    expect(changed?.byMetric[1]).not.toBe(was?.byMetric[1]);
  });

  it('is the same object while nothing changes', async () => {
    const set = create();
    await set.replace('key', content(...subjects('a', 3)));
    const before = set.current();

    await set.replace('key', content(...subjects('a', 3)));
    await set.remove('another key');

    expect(set.current()).toBe(before);
  });

  it('reuses the space of a removed key', async () => {
    const set = create();
    for (let key = 0; key < 10; key += 1) await set.replace(`key-${key}`, content(...subjects(`${key}`, 5)));

    for (let round = 0; round < 5; round += 1) {
      await set.remove(`key-${round}`);
      await set.replace(`key-${round}`, content(...subjects(`${round}`, 5)));
    }

    expect(set.current().groups).toHaveLength(5);
  });

  it('is replaced atomically, however large it is', async () => {
    const set = create();
    const publication = publicationOf([set.current]);
    await set.replace('key', content(...subjects('a', 2000, 0)));

    const replacing = set.replace('key', content(...subjects('a', 2000, 2)));
    const seen = new Set<string>();
    for (let turn = 0; turn < 100; turn += 1) {
      const values = linesOf(plainText(publication(), 'text')).map((line) => line.split(' ')[1]);
      seen.add([...new Set(values)].join());
      await Promise.resolve();
    }
    await replacing;

    expect(seen).toContain('1,0');
    expect([...seen].filter((values) => values !== '1,0' && values !== '3,2')).toEqual([]);
  });

  it('contains the latest series of each key, whatever was replaced and removed before', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.record({
      key,
      count: fc.constantFrom(0, 1, 3, 9, 10, 11, 499, 500, 501, 1200),
      value: fc.nat(3),
      removed: fc.boolean(),
      waits: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const set = create();
        const publication = publicationOf([set.current]);
        const expected = new Map<string, readonly Subject[]>();
        const changes: Promise<void>[] = [];
        for (const { key: name, count, value, removed, waits } of steps) {
          const given = removed ? [] : subjects(name, count, value);
          expected.set(name, given);
          changes.push(removed ? set.remove(name) : set.replace(name, content(...given)));
          if (waits) await changes.at(-1);
        }
        await Promise.all(changes);

        const text = plainText(publication(), 'text');
        const deflated = publication().deflated('text');
        const given = [...expected.values()].flat();
        expect(linesOf(text).toSorted()).toEqual(
          given
            .flatMap(({ id, odd, even }) => [
              ...(odd % 2 === 1 ? [`odd{id="${id}"} ${odd}`] : []),
              ...(even % 2 === 0 ? [`even{id="${id}"} ${even}`] : []),
            ])
            .toSorted(),
        );
        expect(inflate(deflated.buffers)).toBe(text);
        expect(deflated.crc).toBe(crc32(text));
        expect(deflated.plainBytes).toBe(Buffer.byteLength(text));
      }),
      { numRuns: 100 },
    );
  });
});

const END_OF_STREAM = deflateRawSync(Buffer.alloc(0), { finishFlush: constants.Z_FINISH });

const inflate = (deflated: readonly Buffer[]): string =>
  inflateRawSync(Buffer.concat([...deflated, END_OF_STREAM])).toString();
