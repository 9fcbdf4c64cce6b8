import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The directory of the project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const CACHE = join(ROOT, '.cache/packaging');
const DEBIAN = 'bookworm';
const MIRROR = 'http://deb.debian.org/debian';

const runFile = promisify(execFile);
const OPTIONS = { maxBuffer: 64 * 1024 * 1024 };

// If the limits of the machine are lower than the default of podman, containers do not start.
const LIMITS = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n';

/** Images and containers of one test file, separate from those of the machine. */
export interface Containers {
  /** Builds an image; returns its id. */
  readonly build: (args: readonly string[]) => Promise<string>;
  /** The podman command line for these images and containers. */
  readonly podmanCommand: string;
  /** Runs podman; returns its standard output. */
  readonly podman: (...args: readonly string[]) => Promise<string>;
  /** The output of a container so far, standard output and error. */
  readonly logs: (id: string) => Promise<string>;
  /** Starts a container that is removed with the others; returns its id. */
  readonly start: (...args: readonly string[]) => Promise<string>;
  /** An empty directory, removed with everything else. */
  readonly directory: string;
  readonly remove: () => Promise<void>;
}

/** Creates separate storage for images and containers. */
export async function createContainers(): Promise<Containers> {
  const directory = await mkdtemp(join(tmpdir(), 'containers-'));
  const limits = join(directory, 'containers.conf');
  await writeFile(limits, LIMITS);
  await mkdir(join(directory, 'files'));
  const env = { ...process.env, CONTAINERS_CONF: limits };
  const place = ['--root', join(directory, 'store'), '--runroot', join(directory, 'run')];
  const storage = [...place, '--storage-driver', 'vfs'];
  // The crun of Debian rejects the mixed control groups of some machines.
  const runtime = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];

  const runPodman = (...args: readonly string[]) =>
    runFile('podman', [...storage, ...runtime, ...args], { ...OPTIONS, env });
  const podman: Containers['podman'] = async (...args) => (await runPodman(...args)).stdout;
  return {
    podman,
    podmanCommand: ['env', `CONTAINERS_CONF=${limits}`, 'podman', ...storage, ...runtime].join(' '),
    directory: join(directory, 'files'),
    logs: async (id) => Object.values(await runPodman('logs', id)).join(''),
    build: async (args) => {
      const all = [...storage, 'build', '--isolation', 'chroot', '--quiet', ...args];
      return (await runFile('buildah', all, { ...OPTIONS, env, cwd: ROOT })).stdout.trim();
    },
    start: async (...args) => (await podman('run', '--detach', ...args)).trim(),
    remove: async () => {
      await podman('rm', '--all', '--force', '--time', '0');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

// The libraries that Node.js is linked with, and a system to boot.
const PACKAGES = ['libstdc++6', 'systemd', 'systemd-sysv', 'dbus'];

/** A tar of a small, bootable Debian; cached for the next run. */
export async function debianRoot(): Promise<string> {
  const file = join(CACHE, `${[DEBIAN, ...PACKAGES].join('-')}.tar`);
  if (await stat(file).catch(() => undefined)) return file;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${file}.${process.pid}.tar`;
  const include = `--include=${PACKAGES.join(',')}`;
  const args = ['--mode=root', '--variant=essential', include, DEBIAN, unfinished, MIRROR];
  try {
    await runFile('mmdebstrap', args, OPTIONS);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return file;
}

/** The files in a tar, as listed by `tar --verbose`. */
export function listTar(file: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const tar = spawn('tar', ['--list', '--verbose', '--numeric-owner', '--file', file]);
    let text = '';
    tar.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    tar.once('error', reject);
    tar.once('close', () => resolve(text.trim().split('\n')));
  });
}
