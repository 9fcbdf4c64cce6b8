import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, startExporter, startProgram } from '../support/exporter-process.ts';
import { cloudFor, configFor, filesFor } from './command-world.ts';

describe('the log', () => {
  it('begins with the version, the configuration and its size, and the URL of the page', async () => {
    const cloud = await cloudFor();
    const config = await configFor(cloud);
    const exporter = await startExporter(['--config.file', config]);
    const { errors } = await exporter.stop();

    const [first, second] = errors.split('\n');
    expect(first).toMatch(
      /level=info msg="starting huaweicloud-backup-exporter" version=\d+\.\d+\.\d+ revision=\S+ node=v\S+ /,
    );
    expect(first).toContain(` config=${config} projects=1 services=2`);
    expect(second).toMatch(
      /level=info msg=listening address=127\.0\.0\.1:\d+ url=http:\/\/127\.0\.0\.1:\d+\/ telemetry_path=\/metrics$/,
    );
  });

  it.each([
    { address: ':0', url: /url=http:\/\/localhost:\d+\/ / },
    { address: '[::1]:0', url: /url=http:\/\/\[::1\]:\d+\/ / },
  ])('has a URL that a browser accepts when it listens on $address', async ({ address, url }) => {
    const program = startProgram(['demo', '--web.listen-address', address]);
    await eventually(() => program.errors().includes('msg=listening'));
    program.child.kill();

    expect((await program.ended).errors).toMatch(url);
  });

  it('does not keep the process from exiting if it is not read', async () => {
    const files = await filesFor();
    const users = `basic_auth_users:\n  alice: $2y$10$${'a'.repeat(53)}\n`;
    const flags = ['--web.config.file', await files.write('web.yml', users), '--log.level', 'debug'];
    const exporter = await startExporter(['demo', ...flags]);
    onTestFinished(() => {
      exporter.child.kill('SIGKILL');
    });
    exporter.child.stderr?.pause();
    // Each rejected request is logged at debug: together more than a pipe holds.
    for (let round = 0; round < 120; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          await (await exporter.get('/metrics')).text();
        }),
      );
    }

    const ended = new Promise((resolve) => exporter.child.once('exit', (code) => resolve(code)));
    exporter.child.kill('SIGTERM');

    expect(await ended).toBe(0);
  }, 30_000);

  it.each(['/metrics#x', 'http://other.example/metrics', '/-/healthy#x', '*'])(
    'has nothing but log lines after a request for %s',
    async (target) => {
      const exporter = await startExporter(['demo', '--log.format', 'json']);
      const { hostname, port } = new URL(exporter.origin);
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

      const response = await text(socket);
      const { errors } = await exporter.stop();

      expect(response).toMatch(target === '*' ? /^HTTP\/1\.1 404 / : /^HTTP\/1\.1 200 /);
      for (const line of errors.trim().split('\n')) expect(line).toMatch(/^\{"level":/);
    },
  );
});
