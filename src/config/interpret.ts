import type { Config } from './config.ts';
import type { Problem, SettingPath } from './problem.ts';
import { resolveSettings, type Surroundings } from './resolve.ts';
import type { Settings } from './schema.ts';
import { lookAtAllTogether } from './together.ts';
import { type Finding, walkSettings } from './walk.ts';
import type { YamlDocument } from './yaml-text.ts';

/** A configuration, or every mistake in what was given as one. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where a document comes from and how its settings are called there. */
export interface DocumentOrigin extends Surroundings {
  readonly file: string;
  /** How messages call a setting; empty for the document as a whole. */
  readonly nameOf: (path: SettingPath) => string;
  /** Whether a finding is to be believed. */
  readonly trusts: (finding: Finding) => boolean;
  /** Whether settings may be compared with each other. */
  readonly whole: boolean;
}

/** What a document came to; the settings and lines are for a closer look at what is right. */
export type Interpretation =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly Problem[];
      readonly settings: Settings;
      /** Makes a warning about a setting. */
      readonly warn: (path: SettingPath, message: string) => Problem;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Puts problems in the order of their lines. */
export const byLine = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));

/** Reads a document as a configuration. `known` are mistakes that were found before. */
export const interpret = (
  document: YamlDocument,
  origin: DocumentOrigin,
  known: readonly Problem[],
): Interpretation => {
  const walked = walkSettings(document);
  const problem = (path: SettingPath, line: number | undefined, message: string): Problem => {
    const name = origin.nameOf(path);
    return { file: origin.file, line, path: name, message: name === '' ? message : `${name}: ${message}` };
  };
  const remarks = origin.whole ? lookAtAllTogether(walked) : [];
  const tell = (findings: readonly Finding[]): readonly Problem[] =>
    findings.map(({ path, line, message }) => problem(path, line, message));
  const remarkable = (mistakes: boolean): readonly Problem[] =>
    remarks
      .filter(({ mistake }) => mistake === mistakes)
      .map(({ path, message }) => problem(path, walked.lineOf(path), message));
  const problems = [...known, ...tell(walked.findings.filter(origin.trusts)), ...remarkable(true)];
  if (problems.length > 0) return { ok: false, problems: byLine(problems) };
  if (walked.findings.length > 0 || walked.settings === undefined) {
    return { ok: false, problems: byLine(tell(walked.findings)) };
  }
  // Nothing is missing where nothing was found.
  const settings = walked.settings as Settings;
  return {
    ok: true,
    config: resolveSettings(settings, origin),
    warnings: byLine(remarkable(false)),
    settings,
    warn: (path, message) => problem(path, walked.lineOf(path), message),
  };
};
