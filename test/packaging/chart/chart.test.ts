import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse as parseYaml } from 'yaml';
import manifest from '../../../package.json' with { type: 'json' };
import { CHART } from '../../../scripts/chart-files.ts';
import { helm } from '../../../scripts/kubernetes-tools.ts';
import { defaultManifests } from '../../../scripts/manifests.ts';
import { startSimulatedCloud } from '../../../src/services/simulated-cloud.ts';
import { configurationFor } from '../../support/configuration.ts';
import { eventually, runProgram, startExporter, temporaryDirectory } from '../../support/exporter-process.ts';
import { run } from '../../support/run.ts';
import { ROOT } from '../containers.ts';
import { blocksOf } from '../install-page.ts';
import { unknownFields, valueProblem } from './models.ts';
import {
  type Manifest,
  ofKind,
  type PodSpec,
  parse,
  podsOf,
  render,
  VALUES_FILES,
  type Workload,
  workloadsOf,
} from './rendered-chart.ts';

const rendered = new Map(VALUES_FILES.map((file) => [file, render(file)]));
const manifestsOf = (file: string): readonly Manifest[] => rendered.get(file) ?? [];
const first = (file: string): Workload => {
  const [workload] = workloadsOf(manifestsOf(file));
  if (workload === undefined) throw new Error(`${file} renders no workload`);
  return workload;
};

const filesFor = async () => {
  const files = await temporaryDirectory();
  onTestFinished(files.remove);
  return files;
};

/** Whether a selector matches labels. */
const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> = {}) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly annotations?: object }[];
  }[];
}

describe.each(VALUES_FILES)('the chart with %s', (file) => {
  it('passes the strict lint', () => {
    expect(helm('lint', '--strict', '--quiet', '--values', join(CHART, 'ci', file), CHART)).not.toMatch(
      /WARNING|ERROR/,
    );
  });

  it('renders only values that Kubernetes accepts', async () => {
    const invalid = await Promise.all(manifestsOf(file).map(valueProblem));

    expect(invalid.filter((text) => text !== undefined)).toEqual([]);
  });

  it('renders no two resources with the same name', () => {
    const names = manifestsOf(file).map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`,
    );

    expect(new Set(names).size).toBe(names.length);
  });

  it('mounts every volume once, each path once', () => {
    for (const workload of workloadsOf(manifestsOf(file))) {
      const { containers, volumes } = workload.spec.template.spec;
      const claims = (workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
      const mounts = containers[0].volumeMounts;

      expect(mounts.map(({ name }) => name).toSorted()).toEqual(
        [...volumes.map(({ name }) => name), ...claims].toSorted(),
      );
      expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
    }
    for (const { containers, volumes } of podsOf(manifestsOf(file))) {
      const mounted = containers[0].volumeMounts.map(({ name }) => name);
      expect(mounted).toEqual(
        expect.arrayContaining(volumes.map(({ name }) => name).filter((name) => name !== 'web')),
      );
    }
  });

  it('selects its own pods, each with one workload', () => {
    const manifests = manifestsOf(file);
    const workloads = workloadsOf(manifests);
    const podLabels = workloads.map(({ spec }) => spec.template.metadata.labels);

    for (const { spec } of workloads) {
      expect(podLabels.filter((labels) => selects(spec.selector.matchLabels, labels))).toHaveLength(1);
    }
    const [service] = ofKind(manifests, 'Service');
    const selector = (service?.spec?.['selector'] ?? { none: '' }) as Readonly<Record<string, string>>;
    expect(podLabels.every((labels) => selects(selector, labels))).toBe(true);
    for (const { metadata } of ofKind(manifests, 'Pod'))
      expect(selects(selector, metadata.labels)).toBe(false);
    for (const kind of ['PodDisruptionBudget', 'NetworkPolicy']) {
      for (const { spec } of ofKind(manifests, kind)) {
        const own = (spec?.['selector'] ?? spec?.['podSelector']) as { matchLabels: Record<string, string> };
        expect(podLabels.every((labels) => selects(own.matchLabels, labels))).toBe(true);
      }
    }
    for (const { spec } of ofKind(manifests, 'ServiceMonitor')) {
      const own = spec?.['selector'] as Workload['spec']['selector'] | undefined;
      expect(selects(own?.matchLabels ?? { none: '' }, service?.metadata.labels)).toBe(true);
      expect(spec?.['namespaceSelector']).toEqual({ matchNames: [service?.metadata.namespace] });
    }
  });

  it('defines the port once, and refers to it by name', () => {
    const [service] = ofKind(manifestsOf(file), 'Service');

    expect(service?.spec?.['ports']).toMatchObject([{ name: 'http', targetPort: 'http' }]);
    for (const { spec } of workloadsOf(manifestsOf(file))) {
      const [{ ports, livenessProbe, readinessProbe }] = spec.template.spec.containers;
      expect(ports).toEqual([{ name: 'http', containerPort: 10_045, protocol: 'TCP' }]);
      for (const probe of [livenessProbe, readinessProbe]) {
        expect((probe?.httpGet ?? probe?.tcpSocket)?.port).toBe('http');
      }
    }
    for (const { spec } of ofKind(manifestsOf(file), 'ServiceMonitor')) {
      expect(spec?.['endpoints']).toMatchObject([{ port: 'http' }]);
    }
  });

  it('runs every pod under the restricted standard', () => {
    for (const { securityContext, containers, automountServiceAccountToken } of podsOf(manifestsOf(file))) {
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('keeps names short enough for labels, even with the longest release name', () => {
    const long = `${'a'.repeat(52)}z`;
    const values = join(CHART, 'ci', file);
    const manifests = parse(helm('template', long, CHART, '--values', values));

    for (const { kind, metadata } of manifests) {
      // The name of a StatefulSet with a revision is a label of its pods.
      const longest = kind === 'StatefulSet' ? 52 : kind === 'ConfigMap' ? 253 : 63;
      expect(metadata.name.length).toBeLessThanOrEqual(longest);
      for (const label of Object.values(metadata.labels ?? {})) expect(label.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('the values in docs/install.md', () => {
  it('render to valid manifests', async () => {
    const files = await filesFor();
    const [values = ''] = blocksOf('Helm', 'yaml');
    const path = await files.write('values.yaml', values);
    const manifests = parse(helm('template', 'backup-exporter', CHART, '--values', path));

    expect(
      (await Promise.all(manifests.map(valueProblem))).filter((problem) => problem !== undefined),
    ).toEqual([]);
    expect(new Set(manifests.map(({ kind }) => kind))).toContain('PrometheusRule');
  });

  it('have the names in the chart', () => {
    const page = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
    const [, table = ''] = /^\| for \| values \|\n((?:\|.*\n)*)/m.exec(page) ?? [];
    const named = [
      ...table.matchAll(/`((?:oidc|web|stateFile|shards|hostNetwork|existingConfigSecret)[\w.]*)/g),
    ];
    const values = parseYaml(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;
    const valueAt = (name: string) =>
      name.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], values);

    expect(named.length).toBeGreaterThan(6);
    for (const [, name = ''] of named) expect(valueAt(name), name).toBeDefined();
  });
});

describe('the fields of rendered manifests', () => {
  it('exist in Kubernetes and the Prometheus Operator', async () => {
    expect(await unknownFields([...rendered.values()].flat())).toEqual([]);
  });

  it('are checked: any injected error is found', async () => {
    const text = JSON.stringify([
      ...manifestsOf('operator-values.yaml'),
      ...manifestsOf('shards-values.yaml'),
    ]);
    const inject = (from: string, to: string) => JSON.parse(text.replace(from, to)) as readonly Manifest[];

    const names = await Promise.all(
      [
        inject('"readinessProbe"', '"readinesProbe"'),
        inject('"policyTypes"', '"policyType"'),
        inject('"interval"', '"intervall"'),
        inject('"honorLabels"', '"honourLabels"'),
        inject('"alert"', '"alerts"'),
      ].map(unknownFields),
    );
    const values = await Promise.all(
      [inject('"replicas":1', '"replicas":"1"'), inject('"port":10045', '"port":"http"')].map(
        async (manifests) =>
          (await Promise.all(manifests.map(valueProblem))).filter((problem) => problem !== undefined),
      ),
    );

    expect(names.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
    expect(values.map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe('the configuration in the chart', () => {
  const withConfig = VALUES_FILES.filter((file) => !file.startsWith('existing-config'));
  const configOf = (file: string) => {
    const maps = ofKind(manifestsOf(file), 'ConfigMap');
    return maps.flatMap(({ data }) => data?.['config.yml'] ?? []);
  };

  it.each(withConfig)('of %s is accepted by the exporter, and its files are mounted', async (file) => {
    const [text = ''] = configOf(file);
    const path = await (await filesFor()).write('config.yml', text);

    const { code, errors } = await runProgram(['check', '--offline', '--config.file', path]);
    const named = [...text.matchAll(/_file: (\S+)$/gm)].map(([, name = '']) => name);
    const mounts = first(file).spec.template.spec.containers[0].volumeMounts;

    expect(code, errors).toBe(0);
    expect(named.filter((name) => !mounts.some(({ mountPath }) => name.startsWith(`${mountPath}/`)))).toEqual(
      [],
    );
  });

  it('is that of the values', () => {
    const file = 'environment-values.yaml';
    const values = parseYaml(readFileSync(join(CHART, 'ci', file), 'utf8')) as { config: unknown };

    expect(configOf(file).map((text) => parseYaml(text))).toEqual([values.config]);
  });

  it('comes from a Secret if one is given', () => {
    const file = 'existing-config-values.yaml';

    expect(configOf(file)).toEqual([]);
    expect(first(file).spec.template.spec.volumes).toContainEqual({
      name: 'config',
      secret: { secretName: 'backup-exporter-config' },
    });
  });

  it('starts new pods when it changes', () => {
    const annotation = (...flags: readonly string[]) =>
      workloadsOf(render('default-values.yaml', ...flags)).map(
        ({ spec }) => (spec.template.metadata as Manifest['metadata']).annotations?.['checksum/config'],
      );

    expect(annotation('--set=config.poll.interval=1m')).not.toEqual(annotation());
  });

  it.each([
    ['config.poll.intervall=5m', "at '/config/poll': additional properties 'intervall' not allowed"],
    ['config.poll.interval=5 minutes', "at '/config/poll/interval'"],
    ['config.projects[0].region=-', "at '/config/projects/0/region'"],
    ['config.projects[0].services[0].type=gess', "at '/config/projects/0/services/0"],
    ['config.projects=null', "missing property 'projects'"],
    ['shard=3', "additional properties 'shard' not allowed"],
    ['shards=0', "at '/shards'"],
    ['service.prot=1', "at '/service': additional properties 'prot' not allowed"],
    ['prometheusRule.disabled={HuaweiCloudBackupSlwo}', "at '/prometheusRule/disabled/0'"],
  ])('is validated with the other values: %s is rejected', (setting, message) => {
    expect(() => render('default-values.yaml', '--set', setting)).toThrow(message);
  });

  it('is not validated if it comes from a Secret', () => {
    expect(() => render('existing-config-values.yaml', '--set', 'config.projects=null')).not.toThrow();
  });
});

describe('the program in the chart', () => {
  const shards = manifestsOf('shards-values.yaml');

  it('is the image of the chart, by tag or digest', () => {
    const images = ['default-values.yaml', 'existing-config-values.yaml'].map(
      (file) => first(file).spec.template.spec.containers[0].image,
    );

    expect(images).toEqual([
      `ghcr.io/${new URL(manifest.homepage).pathname.slice(1)}:${manifest.version}`,
      expect.stringMatching(/^registry\.example\.com\/.*@sha256:[0-9a-f]{64}$/),
    ]);
  });

  /** The arguments of a pod, with the paths of its mounts below a directory and a free port. */
  const argumentsOf = ({ containers }: PodSpec, directory: string): readonly string[] =>
    containers[0].args
      .filter((argument) => !argument.startsWith('--web.listen-address'))
      .map((argument) => argument.replace('/etc/', `${directory}/`).replace('/var/lib/', `${directory}/`));

  it.each(VALUES_FILES)('starts with the arguments of %s, and its probes succeed', async (file) => {
    const cloud = await startSimulatedCloud({ counts: { ges: 2, 'gaussdb-mysql': 1 } });
    onTestFinished(cloud.stop);
    const { directory } = await filesFor();
    const pod = first(file).spec.template.spec;
    const users = { basic_auth_users: { prometheus: hashSync('secret', 4) } };
    const files = {
      'huaweicloud-backup-exporter/config.yml': configurationFor(cloud),
      'huaweicloud-backup-exporter-web/web-config.yml': JSON.stringify(users),
    };
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), text);
    }
    const exporter = await startExporter(argumentsOf(pod, directory));
    onTestFinished(async () => void (await exporter.stop()));

    const { livenessProbe, readinessProbe } = pod.containers[0];
    const paths = [livenessProbe, readinessProbe].flatMap((probe) => probe?.httpGet?.path ?? []);
    const responses = await Promise.all(
      paths.map((path) => eventually(async () => (await exporter.get(path)).status === 200)),
    );

    expect(responses.length).toBeGreaterThan(0);
  });

  it('passes no shard if there is only one, and otherwise each once', () => {
    const flagsOf = (manifests: readonly Manifest[]) =>
      workloadsOf(manifests).map(({ spec }) =>
        spec.template.spec.containers[0].args.filter((argument) => argument.includes('shard')),
      );

    expect(flagsOf(manifestsOf('default-values.yaml'))).toEqual([[]]);
    expect(flagsOf(shards)).toEqual([
      ['--shard=0', '--total-shards=3'],
      ['--shard=1', '--total-shards=3'],
      ['--shard=2', '--total-shards=3'],
    ]);
    expect(workloadsOf(shards).map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([
      ['backups-huaweicloud-backup-exporter-0', 2],
      ['backups-huaweicloud-backup-exporter-1', 2],
      ['backups-huaweicloud-backup-exporter-2', 2],
    ]);
  });

  it('has a headless service if each pod has its own series', () => {
    const addresses = ['default-values.yaml', 'shards-values.yaml', 'state-file-values.yaml'].map(
      (file) => ofKind(manifestsOf(file), 'Service')[0]?.spec?.['clusterIP'],
    );

    expect(addresses).toEqual([undefined, 'None', 'None']);
  });
});

describe('the monitoring in the chart', () => {
  const shipped = readFileSync(join(ROOT, 'alerts/huaweicloud-backup.rules.yml'), 'utf8');
  const specOf = (file: string) =>
    ofKind(manifestsOf(file), 'PrometheusRule')[0]?.spec as unknown as RuleFile;

  it('has the shipped rules, with the command for this cluster', () => {
    const expected = parseYaml(shipped) as RuleFile;
    const prefix = 'kubectl --namespace monitoring exec deployment/backups-huaweicloud-backup-exporter-0 -- ';
    const inCluster = JSON.stringify(expected).replaceAll(
      '"command":"huaweicloud-backup-exporter',
      `"command":"${prefix}huaweicloud-backup-exporter`,
    );

    expect(inCluster).not.toBe(JSON.stringify(expected));
    expect(specOf('shards-values.yaml')).toEqual(JSON.parse(inCluster));
  });

  it('links to Grafana, disables alerts and changes the command as configured', () => {
    const names = (file: string) =>
      specOf(file).groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
    const annotations = JSON.stringify(specOf('operator-values.yaml'));

    expect(
      names('shards-values.yaml').filter((name) => !names('operator-values.yaml').includes(name)),
    ).toEqual(['HuaweiCloudBackupSlow']);
    expect(annotations).toContain('"dashboard_url":"https://grafana.example.com/d/huaweicloud-backup?');
    expect(JSON.stringify(rendered)).not.toContain('grafana.invalid');
    expect(JSON.stringify(specOf('state-file-values.yaml'))).toContain(
      '"command":"ssh bastion kubectl exec statefulset/backups -- huaweicloud-backup-exporter backups list',
    );
  });

  it.each(['operator-values.yaml', 'shards-values.yaml'])(
    'has rules in %s that promtool accepts',
    async (file) => {
      const path = await (await filesFor()).write('rules.yml', JSON.stringify(specOf(file)));

      const { code, stdout, stderr } = await run('promtool', ['check', 'rules', path], {
        package: 'prometheus',
      });

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('SUCCESS');
    },
  );

  it('has the shipped dashboards', () => {
    const dashboards = ofKind(manifestsOf('operator-values.yaml'), 'ConfigMap')
      .filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1')
      .flatMap(({ data = {} }) => Object.entries(data));

    expect(dashboards.length).toBeGreaterThan(0);
    for (const [name, text] of dashboards) {
      expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(join(ROOT, 'dashboards', name), 'utf8')));
    }
  });

  it('fits into the annotation of kubectl apply', () => {
    const sizes = ofKind(manifestsOf('operator-values.yaml'), 'ConfigMap').map(
      (map) => JSON.stringify(map).length,
    );

    expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
  });
});

describe('the chart with its defaults', () => {
  it('is deploy/kubernetes.yaml', () => {
    expect(readFileSync(join(ROOT, 'deploy/kubernetes.yaml'), 'utf8')).toBe(defaultManifests());
  });
});
