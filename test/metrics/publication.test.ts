import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPOSITION_FORMATS } from '../../src/metrics/exposition.ts';
import { createPublication, type PublishedDeflate } from '../../src/metrics/publication.ts';
import { RESOURCE_METRICS } from '../../src/metrics/resource-metrics.ts';
import type { ServedService } from '../../src/state/served.ts';
import { failed, running, succeeded, unknown } from '../support/backups.ts';
import { parseOpenMetrics, parseText, samplesOf } from '../support/exposition-parser.ts';
import { plainText, publish } from '../support/published.ts';
import { servedResource, servedService } from '../support/served.ts';
import { SMALL_WORLD } from '../support/small-world.ts';

const END_OF_STREAM = deflateRawSync(Buffer.alloc(0), { finishFlush: constants.Z_FINISH });

const inflate = ({ buffers }: PublishedDeflate): Buffer =>
  inflateRawSync(Buffer.concat([...buffers, END_OF_STREAM]));

const many = (count: number, project: string): ServedService =>
  servedService(
    Array.from({ length: count }, (_, n) =>
      servedResource({
        id: `graph-${n}`,
        name: `name of ${n}`,
        backups: [succeeded({ end: 1_700_000_000 + n }), running({ id: 'r', start: 1_700_000_000 + n })],
      }),
    ),
    { project },
  );

describe.each(EXPOSITION_FORMATS)('a publication in %s', (format) => {
  it.each<[string, readonly ServedService[]]>([
    ['nothing', []],
    ['a service without resources', [servedService([])]],
    ['a small world', SMALL_WORLD],
    ['two services of 1700 resources', [many(1700, 'one'), many(1700, 'two')]],
  ])('inflates to the plain text and has the correct length and checksum: %s', async (_what, services) => {
    const publication = await publish(services);
    const deflated = publication.deflated(format);
    const plain = Buffer.concat(publication.plain(format));

    expect(inflate(deflated).equals(plain)).toBe(true);
    expect(deflated.plainBytes).toBe(plain.length);
    expect(deflated.crc).toBe(crc32(plain));
  });

  it('consists of few chunks, as many small ones would slow down every scrape', async () => {
    const publication = await publish(Array.from({ length: 40 }, (_, n) => many(1, `p-${n}`)));

    expect(publication.plain(format).length).toBeLessThan(8);
    expect(publication.deflated(format).buffers.length).toBeLessThan(8);
  });

  it('is empty before any service has been polled, without help lines', async () => {
    const publication = createPublication([]);

    expect(publication.plain(format)).toEqual([]);
    expect(publication.deflated(format)).toEqual({ buffers: [], plainBytes: 0, crc: 0 });
  });

  it('contains every resource of every service, and each family once', async () => {
    const services = [many(1700, 'one'), servedService([]), many(30, 'two'), ...SMALL_WORLD];
    const text = plainText(await publish(services), format);

    const families = format === 'text' ? parseText(text) : parseOpenMetrics(`${text}# EOF\n`);
    const infos = families.find(({ name }) => name === 'huaweicloud_backup_resource_info');

    expect(infos?.samples).toHaveLength(1700 + 30 + 6 + 1);
    expect(families.map(({ name }) => name.replace(/_total$/, ''))).toEqual(
      RESOURCE_METRICS.map(({ name }) => name.replace(/_total$/, '')),
    );
  });

  it('omits metrics without known values', async () => {
    const text = plainText(
      await publish([servedService([servedResource({ objective: undefined })])]),
      format,
    );

    const named = text.matchAll(/huaweicloud_backup_\w+/g);
    const names = new Set(Array.from(named, ([name]) => name.replace(/_total$/, '')));

    expect([...names].sort()).toEqual([
      'huaweicloud_backup_consecutive_failures',
      'huaweicloud_backup_finished',
      'huaweicloud_backup_resource_info',
      'huaweicloud_backup_stored',
      'huaweicloud_backup_stored_bytes',
    ]);
  });
});

describe('hostile names and ids', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const nasty = fc.oneof(
    text,
    fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\\n',
      '\\"',
      '# EOF',
      '{a="b"} 1\n# HELP',
      '\r\n',
      '\t',
      '__proto__',
      '',
      ' ',
      '\u2028',
      '\ufeff',
    ),
  );
  const backup = fc.constantFrom(
    succeeded({ id: 'a' }),
    failed({ id: 'b' }),
    running({ id: 'c' }),
    unknown({ id: 'd' }),
    succeeded({ id: 'e', size: undefined, method: 'by "hand"\n' }),
  );
  const resource = fc.record({ id: nasty, name: nasty, backups: fc.uniqueArray(backup) });
  const service = fc.record({
    project: nasty,
    resources: fc.uniqueArray(resource, { selector: ({ id }) => id, maxLength: 6 }),
  });
  const services = fc.uniqueArray(service, { selector: ({ project }) => project, maxLength: 4 });

  it('neither break the exposition nor duplicate series nor change names', async () => {
    await fc.assert(
      fc.asyncProperty(services, async (world) => {
        const publication = await publish(
          world.map(({ project, resources }) => servedService(resources.map(servedResource), { project })),
        );

        const parsed = parseOpenMetrics(`${plainText(publication, 'openmetrics')}# EOF\n`);
        const inText = parseText(plainText(publication, 'text'));

        const infos = samplesOf(parsed).filter(({ name }) => name === 'huaweicloud_backup_resource_info');
        expect(
          infos.map(({ labels }) => [labels['project'], labels['resource_id'], labels['resource_name']]),
        ).toEqual(
          world.flatMap(({ project, resources }) => resources.map(({ id, name }) => [project, id, name])),
        );
        expect(samplesOf(inText)).toEqual(samplesOf(parsed));
        for (const format of EXPOSITION_FORMATS) {
          expect(inflate(publication.deflated(format)).toString()).toBe(plainText(publication, format));
        }
      }),
      { numRuns: 150 },
    );
  });
});
