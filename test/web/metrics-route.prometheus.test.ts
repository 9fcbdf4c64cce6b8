import { describe, expect, it } from 'vitest';
import { succeeded } from '../support/backups.ts';
import { plainText, publish } from '../support/published.ts';
import { run } from '../support/run.ts';
import { requestRaw, serveMetrics } from '../support/scrape-server.ts';
import { servedResource, servedService } from '../support/served.ts';
import { SMALL_WORLD } from '../support/small-world.ts';

const OWN = '# HELP own Own.\n# TYPE own gauge\nown 1\n';
const LARGE_WORLD = [
  ...SMALL_WORLD,
  servedService(
    Array.from({ length: 2500 }, (_, n) => servedResource({ id: `graph-${n}`, backups: [succeeded()] })),
    { project: 'large' },
  ),
];

const PYTHON = 'import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))';

async function serve() {
  const publication = await publish(LARGE_WORLD);
  const url = await serveMetrics({ publication: () => publication, renderOwnMetrics: async () => OWN });
  return { url, expected: plainText(publication, 'text') + OWN };
}

describe('a compressed scrape', () => {
  it('is decompressed completely by curl', async () => {
    const { url, expected } = await serve();

    const { code, stdout } = await run('curl', ['--silent', '--compressed', url], { package: 'curl' });

    expect(code).toBe(0);
    expect(stdout === expected).toBe(true);
  });

  it('is decompressed completely by Python', async () => {
    const { url, expected } = await serve();
    const { body } = await requestRaw(url, { headers: { 'accept-encoding': 'gzip' } });

    const { code, stdout } = await run('python3', ['-c', PYTHON], { input: body, package: 'python3' });

    expect(code).toBe(0);
    expect(stdout === expected).toBe(true);
  });
});
