import { describe, expect, it } from 'vitest';
import { EXPOSITION_FORMATS } from '../../src/metrics/exposition.ts';
import { publicationOf } from '../../src/metrics/publication.ts';
import { createPublisher } from '../../src/metrics/publisher.ts';
import { succeeded } from '../support/backups.ts';
import { parseText, samplesOf } from '../support/exposition-parser.ts';
import { plainText } from '../support/published.ts';
import { servedResource, servedService } from '../support/served.ts';
import { NEVER_YIELD } from '../support/state.ts';

const serviceOf = (project: string, ...ids: readonly string[]) =>
  servedService(
    ids.map((id) => servedResource({ id, backups: [succeeded()] })),
    { project },
  );

function create() {
  const publisher = createPublisher(() => NEVER_YIELD);
  return { ...publisher, current: publicationOf([publisher.current]) };
}

const servedBy = (publisher: ReturnType<typeof create>): readonly string[] =>
  samplesOf(parseText(plainText(publisher.current(), 'text')))
    .filter(({ name }) => name === 'huaweicloud_backup_resource_info')
    .map(({ labels }) => `${labels['project']}/${labels['resource_id']}`);

describe('a publisher', () => {
  it('serves nothing at first', () => {
    expect(servedBy(create())).toEqual([]);
  });

  it('serves a publication once it is complete', async () => {
    const publisher = create();

    await publisher.publish('one', serviceOf('one', 'a', 'b'));

    expect(servedBy(publisher)).toEqual(['one/a', 'one/b']);
  });

  it('replaces all series of a service', async () => {
    const publisher = create();
    await publisher.publish('one', serviceOf('one', 'a', 'b'));
    await publisher.publish('two', serviceOf('two', 'x'));

    await publisher.publish('one', serviceOf('one', 'c'));

    expect(servedBy(publisher)).toEqual(['one/c', 'two/x']);
  });

  it.each([
    ['in the middle', (ids: readonly string[]) => ids.toSpliced(700, 1)],
    ['at the end', (ids: readonly string[]) => [...ids, 'new']],
    ['nowhere', (ids: readonly string[]) => ids],
  ])('serves the same as a new publisher of the new series if they differ %s', async (_where, change) => {
    const publisher = create();
    const fresh = create();
    const ids = Array.from({ length: 1300 }, (_, index) => `graph-${index}`);
    await publisher.publish('one', serviceOf('one', ...ids));

    await publisher.publish('one', serviceOf('one', ...change(ids)));
    await fresh.publish('one', serviceOf('one', ...change(ids)));

    for (const format of EXPOSITION_FORMATS) {
      expect(plainText(publisher.current(), format)).toBe(plainText(fresh.current(), format));
      expect(publisher.current().deflated(format)).toEqual(fresh.current().deflated(format));
    }
  });

  it('keeps serving the previous publication while a new one is created', async () => {
    const publisher = create();
    await publisher.publish('one', serviceOf('one', 'a'));
    const before = publisher.current();

    const publishing = publisher.publish('one', serviceOf('one', 'b'));
    const meanwhile = publisher.current();
    await publishing;

    expect(meanwhile).toBe(before);
    expect(plainText(before, 'text')).toContain('resource_id="a"');
    expect(servedBy(publisher)).toEqual(['one/b']);
  });

  it('serves all services that are published at the same time', async () => {
    const publisher = create();
    const names = Array.from({ length: 20 }, (_, n) => `p-${n}`);

    await Promise.all(names.map((name) => publisher.publish(name, serviceOf(name, 'a'))));

    expect([...servedBy(publisher)].sort()).toEqual(names.map((name) => `${name}/a`).sort());
  });

  it('drops the series of a removed service', async () => {
    const publisher = create();
    await publisher.publish('one', serviceOf('one', 'a'));
    await publisher.publish('two', serviceOf('two', 'x'));

    await publisher.withdraw('one');
    await publisher.withdraw('never published');

    expect(servedBy(publisher)).toEqual(['two/x']);
  });

  it('never serves different publications in the two formats', async () => {
    const publisher = create();
    await publisher.publish('one', serviceOf('one', 'a'));

    const seen: string[][] = [];
    const publishing = publisher.publish('one', serviceOf('one', 'b'));
    for (let turn = 0; turn < 50; turn += 1) {
      const now = publisher.current();
      seen.push(
        EXPOSITION_FORMATS.map((format) => (plainText(now, format).includes('resource_id="a"') ? 'a' : 'b')),
      );
      await Promise.resolve();
    }
    await publishing;

    expect(seen.every(([text, openMetrics]) => text === openMetrics)).toBe(true);
  });
});
