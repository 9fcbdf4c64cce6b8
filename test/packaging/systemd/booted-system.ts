import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../support/exporter-process.ts';
import { buildBaseImage } from '../base-image.ts';
import { type Containers, createContainers, ROOT } from '../containers.ts';

const BASE = 'localhost/debian-with-node';
const SYSTEM = 'localhost/booted-system';
// Units that would change the machine outside the container.
const MASKED = ['systemd-sysctl.service', 'systemd-modules-load.service', 'systemd-remount-fs.service'];
// Shared mounts; otherwise a service does not see its credentials.
const BOOT = ['/bin/sh', '-c', 'mount --make-rshared / && exec /sbin/init'];

/** A system with systemd, Node.js and npm, and a clone of this project in {@link BootedSystem.clone}. */
export interface BootedSystem {
  readonly clone: string;
  /** Runs a script as root in the clone; resolves with its output. Rejects if one of its commands fails. */
  readonly run: (script: string) => Promise<string>;
  readonly write: (path: string, text: string, mode?: number) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Boots a system in a container. */
export async function bootSystem(): Promise<BootedSystem> {
  const containers = await createContainers();
  try {
    return await bootIn(containers);
  } catch (error) {
    await containers.remove();
    throw error;
  }
}

async function bootIn(containers: Containers): Promise<BootedSystem> {
  const clone = '/root/clone';
  await buildBaseImage(containers, BASE);
  await buildSystemImage(containers, clone);
  const id = await containers.start(
    ...[
      '--privileged',
      '--systemd=always',
      '--network',
      'host',
      '--volume',
      `${await npmCache()}:/root/.npm`,
    ],
    ...['--entrypoint', JSON.stringify(BOOT), SYSTEM],
  );
  const run = (script: string) => containers.podman('exec', '--workdir', clone, id, 'sh', '-euc', script);
  await eventually(async () => (await run('systemctl is-system-running || true')).trim() === 'running', 120);

  let written = 0;
  return {
    clone,
    run,
    write: async (path, text, mode = 0o644) => {
      const file = join(containers.directory, `file-${written++}`);
      await writeFile(file, text);
      await containers.podman('cp', file, `${id}:${path}`);
      await run(`chmod ${mode.toString(8)} '${path}' && chown root:root '${path}'`);
    },
    remove: containers.remove,
  };
}

async function buildSystemImage(containers: Containers, clone: string): Promise<void> {
  const context = join(containers.directory, 'system');
  const units = join(context, 'etc/systemd/system');
  await mkdir(units, { recursive: true });
  for (const unit of MASKED) await symlink('/dev/null', join(units, unit));
  for (const path of await projectFiles()) {
    const copy = join(context, clone, path);
    await mkdir(dirname(copy), { recursive: true });
    await cp(join(ROOT, path), copy);
  }
  await writeFile(join(containers.directory, 'Dockerfile'), `FROM ${BASE}\nCOPY system /\n`);
  await containers.build(['--tag', SYSTEM, containers.directory]);
}

/** The files that a clone of the working tree would have. */
async function projectFiles(): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { stdout: all } = await promisify(execFile)('git', args, { cwd: ROOT });
  const { stdout: deleted } = await promisify(execFile)('git', ['ls-files', '-z', '--deleted'], {
    cwd: ROOT,
  });
  const gone = new Set(deleted.split('\0'));
  return all.split('\0').filter((path) => path !== '' && !gone.has(path));
}

async function npmCache(): Promise<string> {
  return (await promisify(execFile)('npm', ['config', 'get', 'cache'])).stdout.trim();
}
