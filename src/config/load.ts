import { dirname, resolve } from 'node:path';
import { isScalar } from 'yaml';
import {
  byLine,
  type ConfigResult,
  type DocumentOrigin,
  type Interpretation,
  interpret,
} from './interpret.ts';
import { type Problem, pathText, type SettingPath } from './problem.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { secretInFile } from './secret.ts';
import { machineFiles, type TextFiles } from './text-file.ts';
import type { Finding } from './walk.ts';
import { parseYaml, type YamlText } from './yaml-text.ts';

/** What a configuration is read with. */
interface LoadOptions {
  /** Where relative paths in the file begin; by default the directory of the file. */
  readonly directory?: string;
  readonly files?: TextFiles;
}

const MAX_FILE_BYTES = 1024 * 1024;

interface FileToRead {
  readonly setting: SettingPath;
  readonly file: string;
  readonly secret: boolean;
}

const FILE_KEYS = ['password_file', 'secret_key_file', 'security_token_file', 'token_file'];

const filesToRead = (settings: Settings): readonly FileToRead[] =>
  settings.projects.flatMap(({ ca_file: authority, credentials }, index) => {
    const path = ['projects', index];
    const secrets = Object.entries(credentials).flatMap(([key, file]) =>
      FILE_KEYS.includes(key) && file !== undefined
        ? [{ setting: [...path, 'credentials', key], file, secret: true }]
        : [],
    );
    const certificates =
      authority === undefined ? [] : [{ setting: [...path, 'ca_file'], file: authority, secret: false }];
    return [...certificates, ...secrets];
  });

/** Whether a finding can be believed when the structure of a text is a guess from some line on. */
const isBelievable = (
  { kind, line = 0, path }: Finding,
  { guessedFrom, damagedLines }: YamlText,
): boolean => {
  if (guessedFrom === undefined) return true;
  switch (kind) {
    case 'absence':
      return false;
    case 'structure':
      return line < guessedFrom;
    case 'value':
      // Even when a setting has slipped into another mapping, its own value is right or wrong by its name.
      return line < guessedFrom || (!damagedLines.includes(line) && path.at(-1) !== 'type');
    default:
      return kind satisfies never;
  }
};

const isBlank = (contents: unknown): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

const onlyOnce = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem])).values(),
];

const interpretText = (text: string, fileName: string, options: LoadOptions): Interpretation => {
  const { files = machineFiles, directory = dirname(fileName) } = options;
  const yaml = parseYaml(text, 'kept');
  const { document, mistakes } = yaml;
  const problem = (line: number, message: string): Problem => ({ file: fileName, line, path: '', message });
  const known = onlyOnce(mistakes.map(({ line, message }) => problem(line, message)));
  if (isBlank(document.contents)) {
    const message = `the file is empty; allowed: a mapping of ${Object.keys(settingsSchema.shape).join(', ')}`;
    return { ok: false, problems: known.length > 0 ? byLine(known) : [problem(1, message)] };
  }
  const origin: DocumentOrigin = {
    file: fileName,
    nameOf: pathText,
    originOf: (path) => `${pathText(path)} in ${fileName}`,
    locate: (file) => resolve(directory, file),
    files,
    whole: yaml.guessedFrom === undefined,
    trusts: (finding) => isBelievable(finding, yaml),
  };
  return interpret(document, origin, known);
};

/** Reads the text of a configuration file; `fileName` is what messages call it. Finds every mistake; reads no other file. */
export const parseConfig = (text: string, fileName: string, options: LoadOptions = {}): ConfigResult => {
  const result = interpretText(text, fileName, options);
  return result.ok ? { ok: true, config: result.config, warnings: result.warnings } : result;
};

const tryToRead = async (path: string, secret: boolean, files: TextFiles): Promise<string | undefined> => {
  try {
    if (secret) await secretInFile(path, files).read();
    else await files.readText(path, MAX_FILE_BYTES);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    return secret ? message : `the file ${path} ${message}`;
  }
};

/**
 * Reads a configuration file. Files that it names and that cannot be read now are warnings: they may come later,
 * and they are read again when they are needed.
 */
export const loadConfigFile = async (path: string, options: LoadOptions = {}): Promise<ConfigResult> => {
  const { files = machineFiles, directory = dirname(path) } = options;
  let text: string;
  try {
    text = await files.readText(path, MAX_FILE_BYTES);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be read';
    const message = `the file ${reason}; allowed: a YAML file of up to 1 MiB`;
    return { ok: false, problems: [{ file: path, line: undefined, path: '', message }] };
  }
  const result = interpretText(text, path, options);
  if (!result.ok) return result;
  const warnings = await Promise.all(
    filesToRead(result.settings).map(async ({ setting, file, secret }) => {
      const trouble = await tryToRead(resolve(directory, file), secret, files);
      return trouble === undefined
        ? []
        : [result.warn(setting, `${trouble}; it is read again when it is needed`)];
    }),
  );
  return { ok: true, config: result.config, warnings: [...result.warnings, ...warnings.flat()] };
};
