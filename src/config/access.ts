import { isDeepStrictEqual } from 'node:util';
import type { Config, ProjectConfig, SecretSource } from './config.ts';
import { identityOf } from './secret.ts';

/** What the requests to a project depend on. */
export interface ProjectAccess {
  readonly project: ProjectConfig;
  readonly poll: Pick<Config['poll'], 'requestTimeout' | 'concurrency'>;
}

const settingsOf = ({ project, poll: { requestTimeout, concurrency } }: ProjectAccess) => {
  const { services, namesServices, credentials, ...others } = project;
  const identities = Object.entries(credentials).map(
    ([key, value]: readonly [string, string | SecretSource | undefined]) =>
      [key, typeof value === 'object' ? identityOf(value) : value] as const,
  );
  return { ...others, credentials: new Map(identities), requestTimeout, concurrency };
};

/** Whether both reach a project in the same way, so that a token obtained by one serves the other. */
export const isSameAccess = (one: ProjectAccess, other: ProjectAccess): boolean =>
  isDeepStrictEqual(settingsOf(one), settingsOf(other));
