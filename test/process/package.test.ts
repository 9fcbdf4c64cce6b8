import { chmod, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashSync } from 'bcryptjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { eventually, MAIN, runProgram, startExporter } from '../support/exporter-process.ts';
import { cloudFor, configFor, filesFor } from './command-world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PATHS = [
  ...['/', '/metrics', '/api/v1/status', '/-/healthy', '/-/ready', '/-/reload', '/nowhere', '/metrics/'],
  ...['/%', '/api/v1/status?x=1', '/favicon.ico', '/style.css'],
];

const SOURCE = join(ROOT, 'src/main.ts');
const directory = dirname(MAIN);

describe('the built package', () => {
  it('prints the version of the package', async () => {
    const { output } = await runProgram(['--version']);

    expect(output).toContain(`huaweicloud-backup-exporter ${manifest.version} (`);
  });

  it('reports the required Node.js if the installed one is older', async () => {
    const older = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.1.0'}})";
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}` };

    const { code, output, errors } = await runProgram(['--version'], environment);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe(
      `huaweicloud-backup-exporter: needs Node.js 24 or later; this is ${process.version}\n`,
    );
  });

  it('writes no compile cache where other users could have planted theirs', async () => {
    const shared = await filesFor();
    await chmod(shared.directory, 0o777);
    const folders = { TMPDIR: shared.directory, XDG_CACHE_HOME: shared.directory, HOME: shared.directory };

    const { code } = await runProgram(['--version'], folders);

    expect(code).toBe(0);
    expect(await readdir(shared.directory)).toEqual([]);
  });

  it('reports an unexpected error in one line', async () => {
    const cloud = await cloudFor();
    cloud.inject({ match: {}, fault: { kind: 'no-response' } });
    const thrower = "setTimeout(()=>{throw new Error('planted')},400)";
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(thrower)}` };
    const args = ['check', '--config.file', await configFor(cloud)];

    const { code, errors } = await runProgram(args, environment);

    expect({ code, errors }).toEqual({
      code: 1,
      errors: 'huaweicloud-backup-exporter: unexpected error: planted\n',
    });
  });

  it('suggests a flag in the same words as the source', async () => {
    const fromSource = await runProgram(['serve', '--config.fil', 'x'], {}, { main: SOURCE });

    const built = await runProgram(['serve', '--config.fil', 'x']);

    expect(built).toEqual(fromSource);
    expect(built.errors).toContain('--config.file');
  });

  it('polls, and serves metrics and the status page', async () => {
    const exporter = await startExporter(['demo']);
    onTestFinished(async () => void (await exporter.stop()));

    const served = await eventually(async () => {
      const samples = await exporter.metrics();
      return samples.some(({ name }) => name === 'huaweicloud_backup_resource_info') && samples;
    });
    const page = await (await exporter.get('/', { accept: 'text/html' })).text();

    expect(new Set(served.map(({ labels }) => labels['cloud_service']))).toContain('gaussdb-mysql');
    expect(page).toContain('</html>');
  });

  it('responds to every path like the source', async () => {
    const responsesOf = async (file: { readonly main?: string }) => {
      const exporter = await startExporter(['demo'], {}, file);
      onTestFinished(async () => void (await exporter.stop()));
      await eventually(async () => (await exporter.get('/-/ready')).ok);
      const responses = PATHS.map(async (path) => {
        const response = await exporter.get(path);
        return { path, status: response.status, type: response.headers.get('content-type') };
      });
      return Promise.all(responses);
    };

    const [built, source] = await Promise.all([responsesOf({ main: MAIN }), responsesOf({ main: SOURCE })]);

    expect(built).toEqual(source);
    expect(new Set(built.map(({ status }) => status))).toEqual(new Set([200, 404, 405]));
  });

  it('compares passwords in a thread of its own', async () => {
    const cloud = await cloudFor();
    const files = await filesFor();
    const users = { admin: hashSync('pass', 4) };
    const web = await files.write('web.yml', JSON.stringify({ basic_auth_users: users }));
    const args = ['--config.file', await configFor(cloud), '--web.config.file', web];
    const exporter = await startExporter(args);
    onTestFinished(async () => void (await exporter.stop()));
    const as = (password: string) => ({ authorization: `Basic ${btoa(`admin:${password}`)}` });

    const responses = await Promise.all([
      exporter.get('/metrics'),
      exporter.get('/metrics', as('pass')),
      exporter.get('/metrics', as('word')),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([401, 200, 401]);
  });

  it('supports proxies', async () => {
    const cloud = await cloudFor();
    const config = await configFor(cloud, {
      project: { iam_endpoint: 'https://iam.example', proxy_url: 'http://127.0.0.1:1' },
    });

    const { code, output } = await runProgram(['check', '--config.file', config]);

    expect(code).not.toBe(0);
    expect(output).toMatch(/proxy/);
    expect(output).not.toMatch(/Cannot find/);
  });

  it('is written in ASCII, which V8 stores in one byte per character', async () => {
    const scripts = (await readdir(directory)).filter((name) => name.endsWith('.js'));

    const texts = await Promise.all(scripts.map((name) => readFile(join(directory, name), 'latin1')));

    expect(scripts.length).toBeGreaterThan(5);
    for (const text of texts) expect(/[^\0-\x7f]/.test(text)).toBe(false);
  });
});
