import { describe, expect, it } from 'vitest';
import type { SimulatedFault } from '../../src/services/simulated-cloud.ts';
import { eventually, startExporter, valuesOf } from '../support/exporter-process.ts';
import { cloudFor, configFor } from './command-world.ts';

describe('the serving process', () => {
  it('sends only GET requests and sign-ins, whatever the faults, reloads and scraped paths', async () => {
    const cloud = await cloudFor();
    const config = await configFor(cloud, {
      interval: '1s',
      rpo: { default: 'policy' },
      poll: { request_timeout: '500ms' },
    });
    const exporter = await startExporter(['--config.file', config, '--web.enable-lifecycle']);
    const polls = async () =>
      valuesOf(await exporter.metrics(), 'polls_total').reduce((sum, count) => sum + count, 0);
    const awaitPolls = async (count: number) => {
      const before = await polls();
      await eventually(async () => (await polls()) >= before + count, 30);
    };

    try {
      await awaitPolls(2);
      const faults: readonly SimulatedFault[] = [
        { kind: 'reset' },
        { kind: 'no-response' },
        { kind: 'html' },
        { kind: 'status', status: 503 },
        { kind: 'status', status: 401, body: { error_code: 'APIGW.0301', error_msg: 'no' } },
        { kind: 'redirect', location: `${cloud.origin}/v3/x/backups/create`, status: 307 },
      ];
      for (const fault of faults) {
        const undo = cloud.inject({ match: {}, fault });
        await awaitPolls(2);
        undo();
      }
      for (const path of [
        '/',
        '/metrics',
        '/api/v1/status',
        '/-/healthy',
        '/-/ready',
        '/?q=orders',
        '/nowhere',
      ]) {
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
          await (await fetch(`${exporter.origin}${path}`, { method })).arrayBuffer();
        }
      }
      await fetch(`${exporter.origin}/-/reload`, { method: 'POST' });
      exporter.child.kill('SIGHUP');
      await awaitPolls(2);
    } finally {
      await exporter.stop();
    }

    const sent = cloud.requests.map(({ method, operation }) => `${method} ${operation}`);
    expect(new Set(sent)).toEqual(
      new Set([
        'POST sign_in',
        'GET list_backups',
        'GET list_graphs',
        'GET list_instances',
        'GET get_policy',
      ]),
    );
  });
});
