/** The path of a setting: keys of mappings and indexes of lists. */
export type SettingPath = readonly (string | number)[];

/** A mistake in a setting, or a warning about it. `path` is empty if it concerns the whole file. */
export interface Finding {
  readonly path: SettingPath;
  /** What is wrong; what is expected. Never a secret. */
  readonly message: string;
}

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

/** The place of a setting: `config.yml:3: poll.interval`. */
export const placeText = (file: string, line: number, path: SettingPath): string =>
  path.length === 0 ? `${file}:${line}` : `${file}:${line}: ${pathText(path)}`;
