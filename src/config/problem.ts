/** One mistake in what a user configured, or one thing there that deserves a second look. */
export interface Problem {
  /** The configuration file as the user named it, or `environment`. */
  readonly file: string;
  /** Counted from 1; undefined where no line is to blame. */
  readonly line: number | undefined;
  /** The setting as `projects[0].region`, or the variable; empty when the file as a whole is meant. */
  readonly path: string;
  /** One line: which setting, what is wrong with it; what is expected. Never a secret. */
  readonly message: string;
}

/** One line for people: `config.yml:3: poll.interval: "1x" is not a duration; expected …`. */
export const formatProblem = ({ file, line, message }: Problem): string =>
  line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;

/** A problem of the setting, variable or, where `path` is empty, the file of that name. */
export const problemAt = (
  file: string,
  line: number | undefined,
  path: string,
  message: string,
): Problem => ({
  file,
  line,
  path,
  message: path === '' ? message : `${path}: ${message}`,
});

/** The way to a setting: keys of mappings and indexes of lists. */
export type SettingPath = readonly (string | number)[];

const LONGEST_KEY = 60;

/** A key as messages name it. One with a colon may hold a secret, for want of a space after the colon. */
const keyText = (key: string): string => {
  const name = key.replace(/:.*$/s, ':…');
  const short = name.length > LONGEST_KEY ? `${name.slice(0, LONGEST_KEY)}…` : name;
  return /^[\w-]+(?::…)?$/.test(short) ? short : JSON.stringify(short);
};

/** Writes a path as people do: `projects[0].credentials.user`. */
export const pathText = (path: SettingPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? keyText(step) : `${text}.${keyText(step)}`;
  }, '');
