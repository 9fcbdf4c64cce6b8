import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { THRESHOLD_NAMES, THRESHOLDS, thresholdFlag } from '../../src/rules/thresholds.ts';
import { createFakeTerminal } from './fake-terminal.ts';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

async function rules(...flags: readonly string[]) {
  const terminal = createFakeTerminal();
  const code = await runCommandLine(['rules', ...flags], terminal);
  return { code, text: terminal.written(), errors: terminal.errors() };
}

async function rulesIn(...flags: readonly string[]): Promise<readonly Rule[]> {
  const { code, text, errors } = await rules(...flags);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return (parse(text) as RuleFile).groups.flatMap((group) => group.rules);
}

const named = (all: readonly Rule[], alert: string) =>
  all.find((rule) => rule.alert === `HuaweiCloudBackup${alert}`);

describe('the command rules', () => {
  it('changes only the threshold of the flag, and says so at the top', async () => {
    const usual = await rulesIn();

    const changed = await rulesIn('--stale-for', '30m');

    expect(named(changed, 'Stale')).toEqual({ ...named(usual, 'Stale'), for: '30m' });
    expect(named(changed, 'Missing')).toEqual(named(usual, 'Missing'));
    expect((await rules('--stale-for', '30m')).text).toContain('# Changed: --stale-for 30m\n');
  });

  it('has a flag for every threshold', async () => {
    const example = { duration: '77s', count: '9', fraction: '0.7', multiple: '7' };
    const flags = THRESHOLD_NAMES.filter((name) => name !== 'failedCount').flatMap((name) => [
      thresholdFlag(name),
      example[THRESHOLDS[name].kind],
    ]);

    const { text } = await rules(...flags);

    expect(text.match(/^# Changed: /gm)).toHaveLength(THRESHOLD_NAMES.length - 1);
  });

  it('links to the dashboard in a given Grafana, by default to none', async () => {
    const resource = '/d/huaweicloud-backup?var-cloud_service={{ $labels.cloud_service | urlquery }}';
    const exporter = '/d/huaweicloud-backup-exporter?var-job={{ $labels.job | urlquery }}';

    const usual = await rulesIn();
    const linked = await rulesIn('--dashboard-url', 'https://grafana.example/');
    const copied = await rulesIn('--dashboard-url', 'https://grafana.example/d/huaweicloud-backup?orgId=1');

    expect(usual.filter(({ annotations }) => annotations?.['dashboard_url'] !== undefined)).toEqual([]);
    for (const all of [linked, copied]) {
      const link = (alert: string) => named(all, alert)?.annotations?.['dashboard_url'];
      expect(link('Stale')?.startsWith(`https://grafana.example${resource}`)).toBe(true);
      expect(link('ExporterDown')).toBe(`https://grafana.example${exporter}`);
    }
  });

  it('links to other runbooks', async () => {
    const folder = await rulesIn('--runbook-url', 'https://wiki.example/runbooks/');
    const pages = await rulesIn('--runbook-url', 'https://wiki.example/{alert}/steps');

    const link = (all: readonly Rule[]) => named(all, 'Stale')?.annotations?.['runbook_url'];
    expect(link(folder)).toBe('https://wiki.example/runbooks/HuaweiCloudBackupStale.md');
    expect(link(pages)).toBe('https://wiki.example/HuaweiCloudBackupStale/steps');
  });

  it('prefixes the commands', async () => {
    const all = await rulesIn('--command-prefix', 'kubectl -n monitoring exec deploy/backups --');

    expect(named(all, 'Failed')?.annotations?.['command']).toMatch(
      /^kubectl -n monitoring exec deploy\/backups -- huaweicloud-backup-exporter backups list /,
    );
  });

  it('keeps extra labels wherever series are joined', async () => {
    const all = await rulesIn('--extra-labels', 'cluster,env');

    const lists = all.flatMap(({ expr }) =>
      [...expr.matchAll(/(?:by|on) \(([^)]+)\)/g)].map(([, list]) => list),
    );
    expect(lists.length).toBeGreaterThan(40);
    expect(lists.filter((list) => !/, cluster, env(?:, reason)?$/.test(list ?? ''))).toEqual([]);
  });

  it('prints a PrometheusRule with the same groups', async () => {
    const { text } = await rules(
      ...['--format', 'operator', '--name', 'backups', '--namespace', 'monitoring'],
      ...['--labels', 'release=prometheus,app.kubernetes.io/part-of=x'],
    );

    const { spec, ...manifest } = parse(text) as { spec: RuleFile };
    expect(manifest).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'backups',
        namespace: 'monitoring',
        labels: { release: 'prometheus', 'app.kubernetes.io/part-of': 'x' },
      },
    });
    expect(spec.groups).toEqual((parse((await rules()).text) as RuleFile).groups);
  });

  it('names a PrometheusRule after the program by default', async () => {
    const { text } = await rules('--format', 'operator');

    expect(parse(text)).toMatchObject({ metadata: { name: 'huaweicloud-backup-exporter' } });
  });
});

describe('an error in the flags of rules', () => {
  it.each([
    [['--stale-fro', '30m'], "unknown option '--stale-fro' (Did you mean --stale-for?)"],
    [['--stale-for', '1x'], 'Expected a duration such as 90s or 1h30m, at least 1s.'],
    [['--service-memory', '0s'], 'Expected a duration such as 90s or 1h30m, at least 1s.'],
    [['--failed-count', '0.5'], 'Expected an integer from 1 to 100000.'],
    [['--slow-ratio', '0.5'], 'Expected a number of at least 1, such as 2.5.'],
    [['--stuck-ratio', '1e9'], 'Expected a number of at least 1, such as 2.5.'],
    [['--size-dropped-ratio', '5'], 'Expected a fraction above 0 and below 1, such as 0.5.'],
    [['--size-dropped-ratio', '0'], 'Expected a fraction above 0 and below 1, such as 0.5.'],
    [['--failed-count', '3'], '--failing-repeatedly-count must be greater than --failed-count'],
    [['--runbook-url', 'ftp://x'], 'Expected a URL that begins with http:// or https:// and has no query.'],
    [['--runbook-url', 'https://x/{{ $value }}'], 'Expected a URL that begins with http:// or https://'],
    [['--dashboard-url', 'https://x/{alert}'], 'Expected a URL that begins with http:// or https://'],
    [['--command-prefix', 'a {{ b }}'], 'Expected one line without "{{".'],
    [['--command-prefix', 'a\nb'], 'Expected one line without "{{".'],
    [['--extra-labels', 'cluster,project'], 'Expected label names that alerts do not already have'],
    [['--extra-labels', 'a-b'], 'Expected label names that alerts do not already have'],
    [['--extra-labels', 'a,a'], 'Expected label names that alerts do not already have'],
    [['--format', 'json'], 'Allowed choices are prometheus, operator.'],
    [['--format', 'operator', '--name', 'A_b'], 'Expected lower-case letters, digits, "-" and ".".'],
    [['--format', 'operator', '--labels', 'release'], 'Expected labels such as release=prometheus,team=db.'],
    [['--namespace', 'monitoring'], '--name, --namespace and --labels are for --format operator'],
  ])('is reported in one clear line with exit code 2: %j', async (flags, message) => {
    const { code, text, errors } = await rules(...flags);

    expect({ code, text }).toEqual({ code: 2, text: '' });
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    expect(errors).toContain(message);
  });
});
