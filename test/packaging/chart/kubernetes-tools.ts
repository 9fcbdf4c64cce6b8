import { installKubernetesTools } from '../../../scripts/kubernetes-tools.ts';

/** Installs Helm and the schemas once for all chart tests. */
export function setup(): void {
  const problem = installKubernetesTools();
  if (problem !== undefined) throw new Error(`the chart cannot be tested, ${problem}`);
}
