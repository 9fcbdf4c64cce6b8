import { createInflateRaw, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EXPOSITION_FORMATS } from '../../src/metrics/exposition.ts';
import { createPublication } from '../../src/metrics/publication.ts';
import type { MetricsSource } from '../../src/web/metrics-route.ts';
import { succeeded } from '../support/backups.ts';
import { plainText, publish } from '../support/published.ts';
import { requestRaw, serveMetrics } from '../support/scrape-server.ts';
import { servedResource, servedService } from '../support/served.ts';
import { SMALL_WORLD } from '../support/small-world.ts';

const ACCEPT = { openmetrics: 'application/openmetrics-text', text: 'text/plain' };
const GZIP = { 'accept-encoding': 'gzip' };

const LARGE_WORLD = [
  servedService(
    Array.from({ length: 2500 }, (_, n) =>
      servedResource({ id: `graph-${n}`, backups: [succeeded({ end: 1e9 + n })] }),
    ),
  ),
];

const OWN = {
  openmetrics: '# TYPE own gauge\n# HELP own Own.\nown 1\n# EOF\n',
  text: '# HELP own Own.\n# TYPE own gauge\nown 1\n',
};

const sourceOf = (publication: Awaited<ReturnType<typeof publish>>): MetricsSource => ({
  publication: () => publication,
  renderOwnMetrics: async (format) => OWN[format],
});

/** Inflates the first gzip member; `left` is the number of bytes after it. */
function readMember(body: Buffer): Promise<{ readonly plain: Buffer; readonly left: number }> {
  return new Promise((resolve, reject) => {
    const inflate = createInflateRaw();
    const chunks: Buffer[] = [];
    inflate.on('data', (chunk: Buffer) => chunks.push(chunk));
    inflate.once('error', reject);
    inflate.once('end', () =>
      resolve({ plain: Buffer.concat(chunks), left: body.length - 10 - inflate.bytesWritten - 8 }),
    );
    inflate.end(body.subarray(10));
  });
}

describe.each(EXPOSITION_FORMATS)('a scrape in %s', (format) => {
  const headers = { accept: ACCEPT[format] };

  it.each([
    ['a small world', SMALL_WORLD],
    ['a large world', LARGE_WORLD],
    ['no services', []],
  ])(
    'of %s has the published series, then those of the exporter itself, and the correct headers',
    async (_what, world) => {
      const publication = await publish(world);
      const url = await serveMetrics(sourceOf(publication));

      const response = await requestRaw(url, { headers });

      expect(response.status).toBe(200);
      expect(response.body.toString()).toBe(plainText(publication, format) + OWN[format]);
      expect(response.headers).toMatchObject({
        'content-type':
          format === 'openmetrics'
            ? 'application/openmetrics-text; version=1.0.0; charset=utf-8'
            : 'text/plain; version=0.0.4; charset=utf-8',
        'content-length': String(response.body.length),
        'cache-control': 'no-store',
        vary: 'Accept, Accept-Encoding',
      });
      expect(response.headers).not.toHaveProperty('content-encoding');
    },
  );

  it.each([
    ['a small world', SMALL_WORLD],
    ['a large world', LARGE_WORLD],
    ['no services', []],
  ])('of %s is one gzip member that contains the plain body', async (_what, world) => {
    const publication = await publish(world);
    const url = await serveMetrics(sourceOf(publication));
    const plain = await requestRaw(url, { headers });

    const response = await requestRaw(url, { headers: { ...headers, ...GZIP } });

    expect(response.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(response.body.length),
      'content-type': plain.headers['content-type'],
    });
    expect(gunzipSync(response.body).equals(plain.body)).toBe(true);
    const member = await readMember(response.body);
    expect(member.plain.equals(plain.body)).toBe(true);
    expect(member.left).toBe(0);
  });

  it('requested with HEAD has the headers and no body', async () => {
    const url = await serveMetrics(sourceOf(await publish(SMALL_WORLD)));
    const got = await requestRaw(url, { headers });

    const response = await requestRaw(url, { headers, method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(response.body).toHaveLength(0);
    expect(response.headers['content-length']).toBe(got.headers['content-length']);
  });
});

describe('a scrape', () => {
  it('before the first poll has only the metrics of the exporter itself', async () => {
    const url = await serveMetrics(sourceOf(createPublication([])));

    const plain = await requestRaw(url);
    const compressed = await requestRaw(url, { headers: GZIP });

    expect(plain.body.toString()).toBe(OWN.text);
    expect(gunzipSync(compressed.body).toString()).toBe(OWN.text);
  });

  it('returns the latest published series', async () => {
    const worlds = [await publish(SMALL_WORLD), await publish(LARGE_WORLD)];
    let at = 0;
    const url = await serveMetrics({
      ...sourceOf(createPublication([])),
      publication: () => worlds[at] ?? createPublication([]),
    });

    const first = await requestRaw(url);
    at = 1;
    const second = await requestRaw(url);

    expect(first.body.toString()).toContain('resource_name="billing"');
    expect(second.body.toString()).toContain('resource_id="graph-2499"');
    expect(second.body.toString()).not.toContain('resource_name="billing"');
  });

  it('can be served to many clients at once', async () => {
    const publication = await publish(LARGE_WORLD);
    const url = await serveMetrics(sourceOf(publication));
    const expected = plainText(publication, 'text') + OWN.text;

    const responses = await Promise.all(Array.from({ length: 20 }, () => requestRaw(url, { headers: GZIP })));

    expect(responses.every(({ body }) => gunzipSync(body).toString() === expected)).toBe(true);
  });
});

describe('the compression of a scrape', () => {
  it.each([
    ['gzip', true],
    ['gzip, deflate, br, zstd', true],
    ['deflate, gzip;q=0.5', true],
    ['GZIP', true],
    ['gzip;q=1.0', true],
    ['*', true],
    ['*;q=0.1', true],
    ['identity, *;q=0.5', true],
    [undefined, false],
    ['', false],
    ['identity', false],
    ['br', false],
    ['deflate', false],
    ['gzip;q=0', false],
    ['gzip;q=0.000', false],
    ['gzip;q=0, *', false],
    ['*;q=0', false],
    ['identity;q=1, *;q=0', false],
    ['gzipped', false],
    ['gzip;q=x', false],
  ])('with Accept-Encoding %j is gzip: %s', async (acceptEncoding, gzip) => {
    const url = await serveMetrics(sourceOf(createPublication([])));

    const response = await requestRaw(url, {
      headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
    });

    expect(response.headers['content-encoding']).toBe(gzip ? 'gzip' : undefined);
  });
});
