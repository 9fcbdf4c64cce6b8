import { CHART } from './chart-files.ts';
import { helm } from './kubernetes-tools.ts';

const HEADER = `# huaweicloud-backup-exporter for clusters without Helm: the chart with its defaults, as \`npm run generate:manifests\`
# writes it. Edit the ConfigMap, and create the Secret that its password_file is in:
#   kubectl create namespace monitoring
#   kubectl --namespace monitoring create secret generic huaweicloud-backup-exporter --from-file=password=password.txt
#   kubectl apply --filename deploy/kubernetes.yaml
`;

/** The chart with its defaults, for \`kubectl apply\`. */
export function defaultManifests(): string {
  const name = 'huaweicloud-backup-exporter';
  const rendered = helm('template', name, CHART, '--namespace', 'monitoring', '--skip-tests');
  // Helm does not manage what kubectl applies.
  const unmanaged = rendered.replaceAll(/^ +(?:app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*\n/gm, '');
  return `${HEADER}${unmanaged.trimEnd()}\n`;
}
