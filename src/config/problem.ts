/** One mistake in what a user configured, or one thing there that deserves a second look. */
export interface Problem {
  /** The configuration file as the user named it, or `environment`. */
  readonly file: string;
  /** Counted from 1; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** The setting as `projects[0].region`, or the variable; empty when the file as a whole is meant. */
  readonly path: string;
  /** One line: which setting, what is wrong with it; what is allowed. Never a secret. */
  readonly message: string;
}

/** One line for people: `config.yml:3: poll.interval: "1x" is not a duration; allowed: …`. */
export const formatProblem = ({ file, line, message }: Problem): string =>
  line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;

/** The way to a setting: keys of mappings and indexes of lists. */
export type SettingPath = readonly (string | number)[];

/** Writes a path as people do: `projects[0].credentials.user`. */
export const pathText = (path: SettingPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
