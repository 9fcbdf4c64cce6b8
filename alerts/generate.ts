import { readFileSync, writeFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { renderRules } from './render.ts';
import {
  contradictionIn,
  flagOf,
  readThreshold,
  THRESHOLD_NAMES,
  THRESHOLDS,
  type ThresholdName,
  type Thresholds,
  thresholdOfFlag,
  withThresholds,
} from './thresholds.ts';

/** What a user did wrong, as one line. */
class UsageError extends Error {}

type Changes = Partial<Thresholds>;

interface Request {
  readonly output: string | undefined;
  readonly thresholds: Thresholds;
}

function readRequest(args: readonly string[]): Request {
  let changes: Changes = {};
  const command = new Command('npm run alerts --')
    .description(
      'Prints the Prometheus alert rules of huaweicloud-backup-exporter, or writes them to a file.\n' +
        'A flag changes one threshold; a file changes several and is overruled by flags.',
    )
    .helpOption('--help', 'print this help')
    .option('--output <file>', 'write the rules there instead of printing them')
    .option('--thresholds <file>', 'YAML with thresholds by the names of their flags: `stale-for: 30m`')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const name of THRESHOLD_NAMES) {
    command.addOption(
      new Option(
        `--${flagOf(name)} <value>`,
        `${THRESHOLDS[name].about} (${THRESHOLDS[name].value})`,
      ).argParser((text) => {
        changes = { ...changes, ...readValue(name, text, `--${flagOf(name)}`) };
      }),
    );
  }

  command.parse([...args], { from: 'user' });
  const { output, thresholds: file } = command.opts<{ output?: string; thresholds?: string }>();
  const fromFile = file === undefined ? {} : readThresholdsFile(file);
  const thresholds = withThresholds({ ...fromFile, ...changes });
  const contradiction = contradictionIn(thresholds);
  if (contradiction !== undefined) throw new UsageError(contradiction);
  return { output, thresholds };
}

function readThresholdsFile(file: string): Changes {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new UsageError(`${place(problem.pos[0])}: ${problem.message}`);
  }

  let changes: Changes = {};
  const { contents } = document;
  if (contents === null) return changes;
  if (!isMap(contents)) throw new UsageError(`${file}: must hold lines such as "stale-for: 30m"`);
  for (const { key, value } of contents.items) {
    const flag = isScalar(key) ? String(key.value) : '?';
    const where = place(isScalar(key) ? key.range?.[0] : undefined);
    const name = thresholdOfFlag(flag);
    if (name === undefined) throw new UsageError(`${where}: there is no threshold "${flag}", see --help`);
    if (!isScalar(value)) throw new UsageError(`${where}: "${flag}" must have one value`);
    changes = { ...changes, ...readValue(name, value.source ?? String(value.value), `${where}: "${flag}"`) };
  }
  return changes;
}

function readValue(name: ThresholdName, text: string, where: string): Changes {
  try {
    return readThreshold(name, text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${where}: ${JSON.stringify(text)} ${error.message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Runs the generator. Returns the exit code: 0 done, 1 the file cannot be written, 2 wrong usage. */
function run(args: readonly string[]): number {
  let request: Request;
  try {
    request = readRequest(args);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (!(error instanceof CommanderError || error instanceof UsageError)) throw error;
    const text = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    process.stderr.write(`alerts: ${text}\n`);
    return 2;
  }

  const rules = renderRules(request.thresholds);
  if (request.output === undefined) {
    process.stdout.write(rules);
    return 0;
  }
  try {
    writeFileSync(request.output, rules);
  } catch (error) {
    process.stderr.write(`alerts: cannot write ${request.output}: ${messageOf(error)}\n`);
    return 1;
  }
  return 0;
}

process.exitCode = run(process.argv.slice(2));
