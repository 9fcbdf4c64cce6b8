import { execFile } from 'node:child_process';
import { access, constants, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import { configurationFor } from '../support/configuration.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = manifest.name;
// npm and the program run on the Node.js of the tests.
const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
// The inputs of the build, and the files packed with its output.
const BUILT = ['package.json', 'package-lock.json', 'tsconfig.json', 'rolldown.config.ts', 'src', 'scripts'];
const SHIPPED = ['alerts', 'dashboards', 'docs', 'examples'];
const TEXTS = ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE'];

const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

type Files = ReadonlyMap<string, Buffer>;

/** Builds the package in a directory that is not a clone, and returns the content of each file. */
async function build(tree: string, environment: Readonly<Record<string, string>> = {}): Promise<Files> {
  const parts = [...BUILT, ...SHIPPED, ...TEXTS];
  await Promise.all(parts.map((part) => cp(join(ROOT, part), join(tree, part), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  await run(join(tree, 'node_modules/.bin/rolldown'), ['-c', 'rolldown.config.ts'], {
    cwd: tree,
    env: { ...process.env, PATH, REVISION: 'abc1234', ...environment },
  });
  const names = (await readdir(join(tree, 'dist'))).toSorted();
  const read = async (name: string) => [name, await readFile(join(tree, 'dist', name))] as const;
  return new Map(await Promise.all(names.map(read)));
}

async function pack(tree: string): Promise<Packed> {
  const args = ['pack', '--ignore-scripts', '--json'];
  const { stdout } = await run('npm', args, { cwd: tree, env: { ...process.env, PATH } });
  const [packed] = JSON.parse(stdout) as readonly [Packed];
  return packed;
}

describe('the npm package', () => {
  let files: Files;
  let again: Files;
  let packed: Packed;
  let installed: string;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'npm-package-'));
    const [tree, other] = [join(directory, 'one'), join(directory, 'other')];
    [files, again] = await Promise.all([
      build(tree),
      build(other, { TZ: 'America/St_Johns', LC_ALL: 'tr_TR.UTF-8' }),
    ]);
    packed = await pack(tree);
    installed = join(directory, 'global');
    // An empty cache and no registry, so that everything must be in the tarball.
    const place = ['--prefix', installed, '--cache', join(directory, 'cache'), '--offline'];
    await run('npm', ['install', '--global', ...place, join(tree, packed.filename)], {
      env: { ...process.env, PATH },
    });
    return () => rm(directory, { recursive: true, force: true });
  }, 60_000);

  const textOf = (name: string) => files.get(name)?.toString() ?? '';
  const components = () =>
    (JSON.parse(textOf('sbom.cdx.json')) as { components: readonly { name: string; version: string }[] })
      .components;

  it('installs the command without other packages or the network', async () => {
    const modules = await readdir(join(installed, 'lib/node_modules'));
    const command = join(installed, 'bin', NAME);

    const { stdout } = await run(command, ['--version'], { env: { PATH } });

    expect(modules).toEqual([NAME]);
    expect(await readdir(join(installed, 'lib/node_modules', NAME))).not.toContain('node_modules');
    expect(stdout).toBe(`${NAME} ${manifest.version} (revision abc1234, node ${process.version})\n`);
  });

  it('checks a configuration without anything else installed', async () => {
    const config = join(installed, 'lib/node_modules', NAME, 'examples/config.yml');

    const { stdout } = await run(
      join(installed, 'bin', NAME),
      ['check', '--offline', '--config.file', config],
      {
        env: { PATH },
      },
    );

    expect(stdout).toMatch(/configuration is valid/);
  });

  it('runs the command of an alert, and starts a backup', async () => {
    const cloud = await startSimulatedCloud({ counts: { ges: 2 }, characters: false });
    onTestFinished(cloud.stop);
    const config = join(installed, 'config.yml');
    await writeFile(config, configurationFor(cloud));
    const [graph] = cloud.resources();
    const before = cloud.backupsOf(graph?.id ?? '').length;
    const command = `${NAME} backups create --project prod --service ges --resource '${graph?.id}' --yes`;

    const { stdout } = await run('sh', ['-c', command], {
      env: { PATH: `${join(installed, 'bin')}:${PATH}`, HUAWEICLOUD_BACKUP_CONFIG_FILE: config },
    });

    expect(stdout).toMatch(/^Started the backup of /);
    expect(cloud.backupsOf(graph?.id ?? '')).toHaveLength(before + 1);
  });

  it('contains the style and the script of the status page', () => {
    const code = [...files.keys()].filter((name) => name.endsWith('.js')).map(textOf);

    expect(code.some((text) => text.includes('--doubtful: light-dark('))).toBe(true);
    expect(code.some((text) => text.includes("document.getElementById('refresh-status')"))).toBe(true);
  });

  it('contains the documents that its help refers to, and the files for Prometheus and Grafana', async () => {
    const golden = join(ROOT, 'test/commands/golden');
    const helps = await Promise.all(
      (await readdir(golden)).map((name) => readFile(join(golden, name), 'utf8')),
    );
    const named = new Set(
      helps.flatMap((help) => help.match(/\b(?:docs|examples|alerts)\/[\w./-]+\.\w+/g) ?? []),
    );

    const paths = packed.files.map(({ path }) => path);

    expect(named.size).toBeGreaterThan(1);
    expect(paths).toEqual(
      expect.arrayContaining([
        ...named,
        ...TEXTS,
        'alerts/huaweicloud-backup.rules.yml',
        'dashboards/huaweicloud-backup.json',
      ]),
    );
    expect(paths.filter((path) => /\.(ts|png|test\.yml)$/.test(path))).toEqual([]);
  });

  it('has an executable program', async () => {
    await access(join(dirname(installed), 'one/dist/main.js'), constants.X_OK);

    expect(textOf('main.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('loads only itself and Node.js modules', () => {
    const scripts = [...files.keys()].filter((name) => name.endsWith('.js'));
    const loaded = scripts.flatMap((name) =>
      [...textOf(name).matchAll(/\brequire\("([^"]+)"\)|\bimport\("([^"]+)"\)/g)].map(
        ([, one, other]) => one ?? other ?? '',
      ),
    );

    // The package debug uses this for colours if it is installed.
    const outside = loaded.filter((id) => !(isBuiltin(id) || id.startsWith('./') || id === 'supports-color'));

    expect(loaded.length).toBeGreaterThan(50);
    expect(outside).toEqual([]);
  });

  it('is built reproducibly in any directory', () => {
    expect([...again.keys()]).toEqual([...files.keys()]);
    expect([...files].filter(([name, bytes]) => !again.get(name)?.equals(bytes))).toEqual([]);
  });

  it('contains a valid bill of materials', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

    expect(await validator.validate(textOf('sbom.cdx.json'))).toBeNull();
  });

  it('lists the same packages in the bill of materials and in the licenses', () => {
    const licensed = [...textOf('LICENSES.txt').matchAll(/^(\S+ \d+\.\d+\.\d+\S*) \((\S+)\)$/gm)];

    expect(components().map(({ name, version }) => `${name} ${version}`)).toEqual(
      licensed.map(([, name]) => name),
    );
    expect(new Set(licensed.map(([, , license]) => license))).toEqual(
      new Set(['MIT', 'ISC', 'BSD-3-Clause', 'Apache-2.0']),
    );
  });

  it('lists all imported packages in the bill of materials', async () => {
    const sources = await readdir(join(ROOT, 'src'), { recursive: true });
    const texts = await Promise.all(
      sources
        .filter((name) => /(?<!\.test)\.ts$/.test(name))
        .map((name) => readFile(join(ROOT, 'src', name), 'utf8')),
    );
    const imported = texts
      .flatMap((text) => [...text.matchAll(/^(?:import (?!type)|} from )(?:[^'\n]* from )?'([^.'][^']*)'/gm)])
      .map(([, id = '']) => id)
      .filter((id) => !isBuiltin(id))
      .map((id) => /^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? id);

    const names = components().map(({ name }) => name);

    expect(new Set(imported).size).toBeGreaterThan(5);
    expect([...new Set(imported)].filter((id) => !names.includes(id))).toEqual([]);
  });

  it('has one home page, which the links of the alerts use', async () => {
    const { homepage, repository, bugs } = manifest;
    const rules = await readFile(join(ROOT, 'alerts/huaweicloud-backup.rules.yml'), 'utf8');
    const links = [...rules.matchAll(/runbook_url: "?(\S+)\/\w+\.md/g)].map(([, folder]) => folder);

    expect([repository.url, bugs]).toEqual([`git+${homepage}.git`, `${homepage}/issues`]);
    expect(new Set(links)).toEqual(new Set([`${homepage}/blob/main/docs/runbooks`]));
  });
});
