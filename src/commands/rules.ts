import { type Command, Option } from 'commander';
import type { RuleOptions } from '../rules/rule-file.ts';
import { RUNBOOKS_URL } from '../rules/runbooks.ts';
import {
  THRESHOLD_NAMES,
  THRESHOLDS,
  type Thresholds,
  thresholdFlag,
  thresholdText,
} from '../rules/thresholds.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type ActionOf, explain } from './commands.ts';
import {
  commandPrefix,
  durationThat,
  flagValue,
  grafanaUrl,
  integer,
  numberThat,
  textThat,
  webAddress,
} from './flag-values.ts';
import { PROGRAM_NAME } from './program.ts';
import { print, type Terminal } from './terminal.ts';

interface RulesFlags extends Thresholds {
  readonly format: 'prometheus' | 'operator';
  readonly runbookUrl?: string;
  readonly dashboardUrl?: string;
  readonly commandPrefix?: string;
  readonly extraLabels?: readonly string[];
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export function addRulesCommand(program: Command, actionOf: ActionOf): void {
  const command = program
    .command('rules')
    .summary('print the alerting and recording rules')
    .description(
      'Print the alerting and recording rules, as a rule file for Prometheus or as a PrometheusRule for the Prometheus Operator.',
    )
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(['prometheus', 'operator'])
        .default('prometheus'),
    )
    .option('--dashboard-url <url>', 'address of Grafana; without it alerts link to no dashboard', grafanaUrl)
    .option(
      '--runbook-url <url>',
      'folder of the runbooks, or an address with {alert} in place of the name of the alert',
      webAddress,
    )
    .option(
      '--command-prefix <command>',
      `what to put before ${PROGRAM_NAME} in the command of an alert, such as "kubectl exec deploy/NAME --"`,
      commandPrefix,
    )
    .option('--extra-labels <names>', 'target labels to keep in alerts, such as cluster,env', labelNames)
    .optionsGroup('With --format operator:')
    .option('--name <name>', `metadata.name (default: "${PROGRAM_NAME}")`, objectName)
    .option('--namespace <name>', 'metadata.namespace', objectName)
    .option('--labels <labels>', 'metadata.labels, such as release=prometheus,team=db', objectLabels)
    .optionsGroup('Thresholds:')
    .action(actionOf(async () => printRules));
  for (const name of THRESHOLD_NAMES) {
    const { about, value, kind } = THRESHOLDS[name];
    command.addOption(
      new Option(`${thresholdFlag(name)} <${kind}>`, about)
        .argParser<number>(READERS[kind])
        .default(value, thresholdText(name, value)),
    );
  }
  explain(command, 'Exit codes: 0 success, 2 invalid flags.');
}

async function printRules(flags: RulesFlags, terminal: Terminal): Promise<number> {
  if (flags.failingRepeatedlyCount <= flags.failedCount) {
    const [greater, smaller] = [thresholdFlag('failingRepeatedlyCount'), thresholdFlag('failedCount')];
    throw usage(`${greater} must be greater than ${smaller}`);
  }
  const { format, name, namespace, labels } = flags;
  if (format === 'prometheus' && (name ?? namespace ?? labels) !== undefined) {
    throw usage('--name, --namespace and --labels are for --format operator');
  }
  const options: RuleOptions = {
    thresholds: flags,
    extraLabels: flags.extraLabels ?? [],
    runbooks: flags.runbookUrl ?? RUNBOOKS_URL,
    grafanaUrl: flags.dashboardUrl,
    commandPrefix: flags.commandPrefix,
  };
  const { renderManifest, renderRuleFile } = await import('../rules/rule-file.ts');
  const metadata = { name: name ?? PROGRAM_NAME, namespace, labels: labels ?? {} };
  await print(terminal, format === 'operator' ? renderManifest(options, metadata) : renderRuleFile(options));
  return EXIT.done;
}

const usage = (message: string) => new CommandError(`rules: ${message}`, EXIT.usage);

const isDecimal = (text: string): boolean => /^\d+(?:\.\d+)?$/.test(text);

const READERS = {
  duration: durationThat((length) => length >= 1, 'Expected a duration such as 90s or 1h30m, at least 1s.'),
  count: integer(1, 100_000),
  fraction: numberThat(
    (number, text) => isDecimal(text) && number > 0 && number < 1,
    'Expected a fraction above 0 and below 1, such as 0.5.',
  ),
  multiple: numberThat(
    (number, text) => isDecimal(text) && number >= 1,
    'Expected a number of at least 1, such as 2.5.',
  ),
} as const;

const OWN_LABELS = ['cloud_service', 'region', 'project', 'resource_id', 'resource_name', 'job', 'instance'];

const labelNames = flagValue((text): readonly string[] | undefined => {
  const names = text.split(',');
  const areValid = names.every((name) => /^[A-Za-z_]\w*$/.test(name) && !OWN_LABELS.includes(name));
  return areValid && new Set(names).size === names.length ? names : undefined;
}, 'Expected label names that alerts do not already have, such as cluster,env.');

const objectName = textThat(
  (text) => /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text),
  'Expected lower-case letters, digits, "-" and ".".',
);

const objectLabels = flagValue((text): Readonly<Record<string, string>> | undefined => {
  const pairs = text.split(',').map((pair) => /^([A-Za-z0-9][\w./-]*)=([\w.-]*)$/.exec(pair));
  return pairs.includes(null) ? undefined : Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}, 'Expected labels such as release=prometheus,team=db.');
