import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../../../scripts/chart-files.ts';
import { helm } from '../../../scripts/kubernetes-tools.ts';

/** The values files that the chart is tested with. */
export const VALUES_FILES = readdirSync(join(CHART, 'ci'));

/** A manifest, with the fields that the tests use. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  // Any shape: the schemas check it.
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A workload with one container. */
export interface Workload extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly hostNetwork?: boolean;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}

export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme: string };
  readonly tcpSocket?: { readonly port: string };
}

/** Renders the chart with a file of `ci/` and additional flags of Helm. */
export function render(valuesFile: string, ...flags: readonly string[]): readonly Manifest[] {
  const values = join(CHART, 'ci', valuesFile);
  return parse(helm('template', 'backups', CHART, '--namespace', 'monitoring', '--values', values, ...flags));
}

/** Parses manifests. Throws if they are not YAML. */
export function parse(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS() as Manifest;
  });
}

/** The manifests of a kind. */
export const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** The Deployments and StatefulSets. */
export const workloadsOf = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.filter((manifest): manifest is Workload => ['Deployment', 'StatefulSet'].includes(manifest.kind));

/** The pods of workloads and of `helm test`. */
export const podsOf = (manifests: readonly Manifest[]): readonly PodSpec[] => [
  ...workloadsOf(manifests).map(({ spec }) => spec.template.spec),
  ...ofKind(manifests, 'Pod').map(({ spec }) => spec as unknown as PodSpec),
];
