import { isDeepStrictEqual } from 'node:util';
import type { Config, Credentials, ProjectConfig, SecretSource } from './config.ts';
import { isSameSecret } from './secret.ts';

/** What the requests to a project depend on. */
export interface ProjectAccess {
  readonly project: ProjectConfig;
  readonly poll: Pick<Config['poll'], 'requestTimeout' | 'concurrency'>;
}

const isSecret = (value: unknown): value is SecretSource =>
  typeof value === 'object' && value !== null && 'read' in value;

const haveSameValues = (one: Credentials, other: Credentials): boolean => {
  const others = new Map<string, unknown>(Object.entries(other));
  return Object.entries(one).every(([key, value]: readonly [string, unknown]) => {
    const compared = others.get(key);
    return isSecret(value) && isSecret(compared) ? isSameSecret(value, compared) : value === compared;
  });
};

const settingsOf = ({ project, poll }: ProjectAccess): readonly unknown[] => [
  ...[project.name, project.region, project.projectId, project.projectName],
  ...[project.iamEndpoint, project.caFile, project.proxyUrl, project.credentials.type],
  ...[poll.requestTimeout, poll.concurrency],
];

/** Whether a project is reached in the same way by both: a token that one has obtained serves the other. */
export const isSameAccess = (one: ProjectAccess, other: ProjectAccess): boolean =>
  isDeepStrictEqual(settingsOf(one), settingsOf(other)) &&
  haveSameValues(one.project.credentials, other.project.credentials);
