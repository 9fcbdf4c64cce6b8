import { dirname, resolve } from 'node:path';
import type { Config } from './config.ts';
import { warningsAbout } from './cross-checks.ts';
import { parseFile } from './parse-file.ts';
import { type Problem, pathText, problemAt, type SettingPath } from './problem.ts';
import { resolveSettings } from './resolve.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { looksLikePath, secretInFile } from './secret.ts';
import { machineFiles, type TextFiles } from './text-file.ts';

/** A configuration, or all its mistakes. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

interface LoadOptions {
  /** Base of relative paths; default: the directory of the file. */
  readonly directory?: string;
  readonly files?: TextFiles;
}

const MAX_FILE_BYTES = 1024 * 1024;

const parse = (text: string, file: string, options: LoadOptions) => {
  const { files = machineFiles, directory = dirname(file) } = options;
  const parsed = parseFile(text, file, settingsSchema);
  if (!parsed.ok) return parsed;
  const settings = parsed.value;
  const config = resolveSettings(settings, {
    originOf: (path) => `${pathText(path)} in ${file}`,
    locate: (path) => resolve(directory, path),
    files,
  });
  const warn = ({ path, message }: { readonly path: SettingPath; readonly message: string }): Problem =>
    problemAt(file, parsed.lineOf(path), pathText(path), message);
  return { ok: true, config, settings, warn, warnings: warningsAbout(settings).map(warn) } as const;
};

/** Parses a configuration file; `file` names it in messages. Finds all mistakes; reads no other file. */
export const parseConfig = (text: string, file: string, options: LoadOptions = {}): ConfigResult => {
  const result = parse(text, file, options);
  return result.ok ? { ok: true, config: result.config, warnings: result.warnings } : result;
};

interface FileToRead {
  readonly path: SettingPath;
  readonly file: string;
  readonly isSecret: boolean;
}

const filesToRead = ({ projects }: Settings): readonly FileToRead[] =>
  projects.flatMap(({ ca_file: authority, credentials }, index) => {
    const files = Object.entries({ ca_file: authority, ...credentials });
    return files.flatMap(([key, file]) => {
      if (!key.endsWith('_file') || file === undefined) return [];
      const isSecret = key !== 'ca_file';
      return [{ path: ['projects', index, ...(isSecret ? ['credentials'] : []), key], file, isSecret }];
    });
  });

/** Why a file cannot be read. A secret pasted instead of a path is not shown. */
const troubleWith = async (
  { file, isSecret }: FileToRead,
  directory: string,
  files: TextFiles,
): Promise<string | undefined> => {
  const path = resolve(directory, file);
  const name = isSecret && !looksLikePath(file) ? 'the file' : `the file ${path}`;
  try {
    if (isSecret) await secretInFile(path, files, name).read();
    else await files.readText(path, MAX_FILE_BYTES);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    return isSecret ? message : `${name} ${message}`;
  }
};

/**
 * Loads a configuration file. Unreadable files that it names are warnings: they may be created later, and are read
 * again when needed.
 */
export const loadConfigFile = async (file: string, options: LoadOptions = {}): Promise<ConfigResult> => {
  const { files = machineFiles, directory = dirname(file) } = options;
  let text: string;
  try {
    text = await files.readText(file, MAX_FILE_BYTES);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be read';
    const message = `the file ${reason}; expected a YAML file of up to 1 MiB`;
    return { ok: false, problems: [problemAt(file, undefined, '', message)] };
  }
  const result = parse(text, file, options);
  if (!result.ok) return result;
  const { config, settings, warn } = result;
  const warnings = await Promise.all(
    filesToRead(settings).map(async (named) => {
      const trouble = await troubleWith(named, directory, files);
      if (trouble === undefined) return [];
      return [warn({ path: named.path, message: `${trouble}; it is read again when needed` })];
    }),
  );
  return { ok: true, config, warnings: [...result.warnings, ...warnings.flat()] };
};
