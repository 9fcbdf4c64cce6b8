import { dirname, resolve } from 'node:path';
import { errorMessage } from '../errors.ts';
import { readText } from '../files/read-text.ts';
import type { Config } from './config.ts';
import { warningsAbout } from './cross-checks.ts';
import { parseFile } from './parse-file.ts';
import { type Finding, pathText, type SettingPath } from './problem.ts';
import { resolveSettings } from './resolve.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { safeName, secretInFile } from './secret.ts';

/** A configuration, or all its mistakes, one per line: `FILE:LINE: SETTING: MESSAGE`, `environment: VARIABLE: MESSAGE`. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const MAX_FILE_BYTES = 1024 * 1024;

const parse = (text: string, file: string) => {
  const parsed = parseFile(text, file, settingsSchema);
  if (!parsed.ok) return parsed;
  const config = resolveSettings(parsed.value, {
    originOf: (path) => `${pathText(path)} in ${file}`,
    locate: (path) => resolve(dirname(file), path),
  });
  const problemOf = ({ path, message }: Finding): string => `${parsed.placeOf(path)}: ${message}`;
  return { ok: true, config, settings: parsed.value, problemOf } as const;
};

/** Parses a configuration file; `file` names it in messages. Finds all mistakes; reads no other file. */
export const parseConfig = (text: string, file: string): ConfigResult => {
  const parsed = parse(text, file);
  if (!parsed.ok) return parsed;
  const { config, problemOf } = parsed;
  return { ok: true, config, warnings: warningsAbout(config).map(problemOf) };
};

interface NamedFile {
  readonly path: SettingPath;
  readonly file: string;
  readonly isSecret: boolean;
}

const filesNamedBy = ({ projects }: Settings): readonly NamedFile[] =>
  projects.flatMap(({ ca_file: authority, credentials }, index) => {
    const files = Object.entries({ ca_file: authority, ...credentials });
    return files.flatMap(([key, file]) => {
      if (!key.endsWith('_file') || file === undefined) return [];
      const isSecret = key !== 'ca_file';
      return [{ path: ['projects', index, ...(isSecret ? ['credentials'] : []), key], file, isSecret }];
    });
  });

/** Reads a file only to see whether that works. A secret pasted instead of a path is not shown. */
const tryToRead = async ({ file, isSecret }: NamedFile, directory: string): Promise<unknown> => {
  const path = resolve(directory, file);
  if (!isSecret) return readText(path, MAX_FILE_BYTES, `the file ${path}`);
  return secretInFile(path, safeName(file, path)).read();
};

/**
 * Loads a configuration file. Unreadable files that it names are warnings: they may be created later, and are read
 * again when needed.
 */
export const loadConfigFile = async (file: string): Promise<ConfigResult> => {
  let text: string;
  try {
    text = await readText(file, MAX_FILE_BYTES, 'the file');
  } catch (error) {
    const problem = `${resolve(file)}: ${errorMessage(error)}; check the path (--config.file)`;
    return { ok: false, problems: [problem] };
  }
  const parsed = parse(text, file);
  if (!parsed.ok) return parsed;
  const { config, settings, problemOf } = parsed;
  const unreadable = await Promise.all(
    filesNamedBy(settings).map(async (named): Promise<readonly Finding[]> => {
      const trouble = await tryToRead(named, dirname(file)).then(() => undefined, errorMessage);
      if (trouble === undefined) return [];
      return [{ path: named.path, message: `${trouble}; it will be read again when needed` }];
    }),
  );
  return { ok: true, config, warnings: [...warningsAbout(config), ...unreadable.flat()].map(problemOf) };
};
