/** The path of a setting: keys of mappings and indexes of lists. */
export type SettingPath = readonly (string | number)[];

/** A mistake in a setting, or a warning about it. `path` is empty if it concerns the whole file. */
export interface Finding {
  readonly path: SettingPath;
  /** What is wrong; what is expected. Never a secret. */
  readonly message: string;
}

/** A mistake in the configuration, or a warning about it, as it is reported. */
export interface Problem {
  /** The configuration file as given by the user, or `environment`. */
  readonly file: string;
  /** Counted from 1; undefined without a line. */
  readonly line: number | undefined;
  /** One line: the setting, what is wrong and what is expected. Never a secret. */
  readonly message: string;
}

/** Formats a problem: `config.yml:3: poll.interval: "1x" is not a duration; expected …`. */
export const formatProblem = ({ file, line, message }: Problem): string =>
  line === undefined ? `${file}: ${message}` : `${file}:${line}: ${message}`;

/** A problem with a setting such as `projects[0].region`, with a variable or, if that is empty, with the file. */
export const problemAt = (
  file: string,
  line: number | undefined,
  setting: string,
  message: string,
): Problem => ({ file, line, message: setting === '' ? message : `${setting}: ${message}` });

const LONGEST_KEY = 60;

/** A key as shown in messages. One with a colon may contain a secret, if the space after the colon is missing. */
const keyText = (key: string): string => {
  const name = key.replace(/:.*$/s, ':…');
  const short = name.length > LONGEST_KEY ? `${name.slice(0, LONGEST_KEY)}…` : name;
  return /^[\w-]+(?::…)?$/.test(short) ? short : JSON.stringify(short);
};

/** Formats a path: `projects[0].credentials.user`. */
export const pathText = (path: SettingPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? keyText(step) : `${text}.${keyText(step)}`;
  }, '');
