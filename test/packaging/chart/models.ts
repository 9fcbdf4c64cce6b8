import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { KUBERNETES_TOOLS } from '../../../scripts/kubernetes-tools.ts';
import { ROOT } from '../containers.ts';
import type { Manifest } from './rendered-chart.ts';

const MODULES = join(KUBERNETES_TOOLS, 'node_modules');
const OPERATOR = 'monitoring.coreos.com';

type Model = new (manifest: Manifest) => { readonly validate: () => void };

/** The module of the model of a kind. */
function modelOf({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  const models = apiVersion.startsWith(`${OPERATOR}/`)
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  return `${models}/${apiVersion}/${kind}`;
}

/** The problem with the values of a manifest, such as a type, a missing field or a range. Does not check for unknown fields. */
export async function valueProblem(manifest: Manifest): Promise<string | undefined> {
  const file = pathToFileURL(join(MODULES, `${modelOf(manifest)}.js`)).href;
  const models = (await import(/* @vite-ignore */ file)) as Readonly<Record<string, Model>>;
  const model = models[manifest.kind];
  if (model === undefined) return `no model of ${manifest.kind}`;
  try {
    new model(manifest).validate();
    return undefined;
  } catch (error) {
    return `${manifest.kind} ${manifest.metadata.name}: ${String(error)}`;
  }
}

/** The unknown fields of manifests, as reported by the TypeScript compiler. */
export async function unknownFields(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'manifests-'));
  try {
    const literals = manifests.map(
      (manifest, index) =>
        `import type { I${manifest.kind} as K${index} } from '${modelOf(manifest)}';\n` +
        `export const m${index}: K${index} = ${JSON.stringify(manifest, null, 1)};`,
    );
    await writeFile(join(directory, 'manifests.ts'), literals.join('\n'));
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
    await symlink(MODULES, join(directory, 'node_modules'));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--pretty', 'false'];
    const args = [...flags, '--types', '', 'manifests.ts'];
    const result = await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), args, {
      cwd: directory,
    }).catch((error: { readonly stdout: string }) => error);
    return result.stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
