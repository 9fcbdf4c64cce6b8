import { parseConfig } from '../../src/config/load.ts';
import { ONE } from '../support/examples.ts';

/** A valid list of one project; tests put other settings before it. */
export const PROJECTS = `projects:
  - region: cn-north-4
    credentials: { type: ecs-agency }
    services: [{ type: ${ONE} }]
`;

/** A file of one project that contains the given lines from line 2 on. */
export const projectWith = (...lines: readonly string[]): string => {
  const has = (key: string): boolean => lines.some((line) => line.startsWith(`${key}:`));
  const rest = [
    has('region') ? '' : 'region: cn-north-4',
    has('credentials') ? '' : 'credentials: { type: ecs-agency }',
    has('services') ? '' : `services: [{ type: ${ONE} }]`,
  ].filter((line) => line !== '');
  const [first = '', ...others] = [...lines, ...rest];
  return `projects:\n  - ${first}\n${others.map((line) => `    ${line}\n`).join('')}`;
};

/** The messages for the errors in a text. */
export const messagesIn = (text: string): readonly string[] => {
  const result = parseConfig(text, 'config.yml');
  return result.ok ? [] : result.problems;
};

/** The configuration in a valid text. */
export const configIn = (text: string) => {
  const result = parseConfig(text, 'config.yml');
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
};
