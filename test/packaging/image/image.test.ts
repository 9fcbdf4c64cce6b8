import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../../package.json' with { type: 'json' };
import { startSimulatedCloud } from '../../../src/services/simulated-cloud.ts';
import { configurationFor, passwordOf } from '../../support/configuration.ts';
import { eventually, readSamples } from '../../support/exporter-process.ts';
import { buildBaseImage } from '../base-image.ts';
import { type Containers, createContainers, listTar, ROOT } from '../containers.ts';
import { blocksOf } from '../install-page.ts';

const IMAGE = 'localhost/exporter-under-test';
const REVISION = '0123456789abcdef0123456789abcdef01234567';
const COMMAND = 'huaweicloud-backup-exporter';
const FOLDER = '/etc/huaweicloud-backup-exporter';
// Not the user of the image: a cluster may set any.
const HARDENED = [
  ...['--user', '12345:12345', '--read-only', '--read-only-tmpfs=false', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges', '--memory', '256m', '--memory-swap', '256m'],
];

interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck?: unknown;
}

// The image has none of its own, but the example stack has.
const { healthcheck } = (
  parse(readFileSync(join(ROOT, 'examples/stack/compose.yml'), 'utf8')) as {
    readonly services: { readonly exporter: { readonly healthcheck: { readonly test: readonly string[] } } };
  }
).services.exporter;

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const argumentOf = (name: string) => new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)?.[1];

describe('the image', () => {
  let containers: Containers;
  let ids: readonly string[];
  let files: readonly string[];

  beforeAll(async () => {
    containers = await createContainers();
    const base = `docker.io/library/node:${argumentOf('NODE_VERSION')}-bookworm-slim`;
    await buildBaseImage(containers, base);
    const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
    const build = () =>
      containers.build([
        ...['--format', 'oci', '--timestamp', '1700000000', '--volume', `${cache}:/root/.npm`],
        ...['--build-arg', `REVISION=${REVISION}`, '--tag', IMAGE, ROOT],
      ]);
    ids = [await build(), await build()];
    const archive = join(containers.directory, 'root.tar');
    await containers.podman('create', '--name', 'unstarted', IMAGE);
    await containers.podman('export', '--output', archive, 'unstarted');
    files = await listTar(archive);
  }, 900_000);

  // Undefined if the setup failed before.
  afterAll(() => (containers as Containers | undefined)?.remove(), 120_000);

  /** A container that polls a simulated cloud on this machine and serves on a free port. */
  async function startContainer(...more: readonly string[]) {
    const cloud = await startSimulatedCloud({ counts: { ges: 3, 'gaussdb-mysql': 2 } });
    onTestFinished(cloud.stop);
    const config = join(containers.directory, `config-${cloud.origin.split(':').at(-1)}.yml`);
    // By name, to test name resolution as well.
    const origin = cloud.origin.replace('127.0.0.1', 'localhost');
    await writeFile(config, configurationFor({ ...cloud, origin }), { mode: 0o644 });
    const id = await containers.start(
      ...['--network', 'host', '--volume', `${config}:${FOLDER}/config.yml:ro`, ...more],
      ...[IMAGE, '--web.listen-address=127.0.0.1:0'],
    );
    const address = await eventually(
      async () => /msg=listening address=(\S+)/.exec(await containers.logs(id))?.[1],
      30,
    );
    const get = async (path: string) => fetch(`http://${address}${path}`);
    await eventually(async () => (await get('/-/ready')).ok, 30);
    return { id, get, port: address.split(':').at(-1) ?? '' };
  }

  it('is built reproducibly', () => {
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('has its user, title, version and revision', async () => {
    const [inspected] = JSON.parse(await containers.podman('image', 'inspect', IMAGE)) as readonly [
      { readonly Config: ImageConfig },
    ];
    const { User, Entrypoint, Labels, Healthcheck } = inspected.Config;

    expect({ User, Entrypoint, Healthcheck }).toEqual({
      User: '65532:65532',
      Entrypoint: [`/usr/local/bin/${COMMAND}`],
      Healthcheck: undefined,
    });
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.url': manifest.homepage,
      'org.opencontainers.image.source': manifest.homepage,
      'org.opencontainers.image.licenses': manifest.license,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.revision': REVISION,
    });
    expect(await containers.podman('run', '--rm', ...HARDENED, IMAGE, '--version')).toBe(
      `${COMMAND} ${manifest.version} (revision ${REVISION}, node v${argumentOf('NODE_VERSION')})\n`,
    );
  });

  it('is built on the Node.js that the tests run on', () => {
    expect(argumentOf('NODE_VERSION')).toBe(manifest.devDependencies.node);
    expect(argumentOf('VERSION')).toBe(manifest.version);
  });

  it('contains no executable but Node.js and the program', () => {
    const executable = files
      .filter((line) => /^-..x/.test(line))
      .map((line) => line.split(/\s+/)[5])
      .filter((name) => !/\.so(\.|$)/.test(name ?? ''));

    expect(executable).toEqual(['app/main.js', 'usr/local/bin/node']);
  });

  it('contains its license, the licenses of its packages, a bill of materials and the files for scanners', () => {
    const names = files.map((line) => line.split(/\s+/)[5]);

    expect(names).toEqual(
      expect.arrayContaining([
        ...['app/LICENSE', 'app/LICENSES.txt', 'app/sbom.cdx.json', 'etc/os-release'],
        ...['libc6', 'libgcc-s1', 'libstdc++6'].flatMap((name) => [
          `var/lib/dpkg/status.d/${name}`,
          `usr/share/doc/${name}/copyright`,
        ]),
      ]),
    );
  });

  it('has no file that its user can write, except the folder for the state', () => {
    const writable = files.filter((line) => !/^\S+ 0\/0 /.test(line) || /^[^l].{7}w/.test(line));

    expect(writable.map((line) => line.split(/\s+/)[5])).toEqual(['var/lib/huaweicloud-backup-exporter/']);
  });

  it('serves as any user, read-only, without capabilities, in 256 MB; runs check; and stops', async () => {
    const { id, get, port } = await startContainer(...HARDENED);

    const samples = readSamples(await (await get('/metrics')).text());
    const check = await containers.podman('exec', id, COMMAND, 'check');
    const health = (port: string) => {
      const [, ...command] = healthcheck.test.map((word) => word.replace(':10045', `:${port}`));
      return containers.podman('exec', id, ...command);
    };
    await health(port);
    await expect(health('1')).rejects.toThrow(/Command failed/);
    await containers.podman('stop', '--time', '10', id);
    const ended = await containers.podman('wait', id);

    expect(samples.filter(({ name }) => name === 'huaweicloud_backup_resource_info')).toHaveLength(5);
    expect(check).toContain('prod');
    expect(ended.trim()).toBe('0');
  });

  it('starts and works as in docs/install.md, with its state in a volume', async () => {
    const cloud = await startSimulatedCloud({ counts: { ges: 3, 'gaussdb-mysql': 2 } });
    onTestFinished(cloud.stop);
    const [graph] = cloud.resources();
    const { password, ...credentials } = passwordOf(cloud);
    const passwordFile = { ...credentials, password_file: 'password.txt' };
    await containers.podman('tag', IMAGE, COMMAND);
    await mkdir(join(containers.directory, 'config'));
    await writeFile(join(containers.directory, 'config/password.txt'), password);
    await writeFile(
      join(containers.directory, 'config/config.yml'),
      configurationFor(cloud, { credentials: passwordFile }),
    );
    const docker = join(containers.directory, 'bin/docker');
    await mkdir(dirname(docker));
    // The cloud and the port are on this machine.
    const run = `run) shift; exec ${containers.podmanCommand} run --network host "$@" --web.listen-address 127.0.0.1:0;;`;
    await writeFile(
      docker,
      `#!/bin/sh\ncase $1 in ${run} *) exec ${containers.podmanCommand} "$@";; esac\n`,
      {
        mode: 0o755,
      },
    );
    const inDirectory = async (script: string) => {
      const environment = { ...process.env, PATH: `${dirname(docker)}:${process.env['PATH']}` };
      const options = { cwd: containers.directory, env: environment };
      return (await promisify(execFile)('sh', ['-euc', script], options)).stdout;
    };

    const [build = '', start = '', check = ''] = blocksOf('Container', 'sh');
    await inDirectory(start);
    const checked = await inDirectory(check);
    const created = await inDirectory(
      `docker exec backup-exporter ${COMMAND} backups create --project prod --service ges --resource ${graph?.id} --yes`,
    );
    await inDirectory('docker stop backup-exporter');
    const archive = join(containers.directory, 'state.tar');
    await containers.podman('volume', 'export', '--output', archive, 'backup-exporter-state');

    expect(build).toContain(`--tag ${COMMAND} .`);
    expect(checked).toContain('prod');
    expect(created).toContain(graph?.name);
    expect((await listTar(archive)).filter((line) => / 65532\/65532 +[1-9].*state/.test(line))).not.toEqual(
      [],
    );
  });

  it('reports a configuration error in one line, and exits with 2', async () => {
    const id = await containers.start(...HARDENED, IMAGE);

    const ended = await containers.podman('wait', id);
    expect(ended.trim()).toBe('2');
    expect(await containers.logs(id)).toMatch(/^[^\n]*no configuration[^\n]*\n$/);
  });
});
