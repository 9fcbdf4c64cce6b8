import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Containers, debianRoot } from './containers.ts';

// The certificate authorities of the machine, for npm behind a proxy with an authority of its own.
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Builds a substitute for `node:VERSION-bookworm-slim`: a small Debian with this Node.js and the npm of this machine. */
export async function buildBaseImage(containers: Containers, tag: string): Promise<void> {
  const context = join(containers.directory, 'base');
  const root = join(context, 'root');
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await mkdir(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await copyFile(await debianRoot(), join(context, 'debian.tar'));
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'));
  await cp(await npmFolder(), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  const hasAuthorities = (await stat(AUTHORITIES).catch(() => undefined)) !== undefined;
  if (hasAuthorities) await copyFile(AUTHORITIES, join(root, AUTHORITIES));
  const lines = [
    'FROM scratch',
    'ADD debian.tar /',
    'COPY root /',
    ...(hasAuthorities ? [`ENV NODE_EXTRA_CA_CERTS=${AUTHORITIES}`] : []),
  ];
  await writeFile(join(context, 'Dockerfile'), lines.join('\n'));
  await containers.build(['--tag', tag, context]);
}

/** The folder of the npm on the PATH. */
async function npmFolder(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v npm']);
  return dirname(dirname(await realpath(stdout.trim())));
}
