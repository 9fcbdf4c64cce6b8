import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, startExporter } from '../support/exporter-process.ts';

describe('the exporter as a process', () => {
  it('serves one gzip member that curl and Python decompress completely and promtool accepts', async () => {
    const exporter = await startExporter(['demo']);
    onTestFinished(async () => void (await exporter.stop()));
    await eventually(async () => (await exporter.get('/-/ready')).ok);

    const curl = spawnSync('curl', ['-sS', '--compressed', `${exporter.origin}/metrics`], {
      encoding: 'utf8',
    });
    const python = spawnSync(
      'python3',
      [
        '-c',
        'import gzip,sys,urllib.request as u; r=u.urlopen(u.Request(sys.argv[1],headers={"Accept-Encoding":"gzip"})); assert r.headers["Content-Encoding"]=="gzip"; sys.stdout.write(gzip.decompress(r.read()).decode())',
        `${exporter.origin}/metrics`,
      ],
      { encoding: 'utf8' },
    );
    const promtool = spawnSync('promtool', ['check', 'metrics'], { input: curl.stdout, encoding: 'utf8' });

    expect(curl.stdout).toContain('huaweicloud_backup_exporter_build_info{');
    expect(python.stderr).toBe('');
    expect(python.stdout).toContain('huaweicloud_backup_exporter_build_info{');
    expect(promtool.stdout + promtool.stderr).toBe('');
    expect(promtool.status).toBe(0);
  });
});
