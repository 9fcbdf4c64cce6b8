import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installKubernetesTools } from './kubernetes-tools.ts';
import { defaultManifests } from './manifests.ts';

const DEPLOY = fileURLToPath(new URL('../deploy/', import.meta.url));

const problem = installKubernetesTools();
if (problem === undefined) {
  mkdirSync(DEPLOY, { recursive: true });
  writeFileSync(`${DEPLOY}kubernetes.yaml`, defaultManifests());
} else {
  process.stderr.write(`deploy/kubernetes.yaml was not written: ${problem}\n`);
  process.exitCode = 1;
}
