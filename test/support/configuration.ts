import type { SimulatedCloud } from '../../src/services/simulated-cloud.ts';

/** Parts of a configuration that a test replaces. */
export interface ConfigurationParts {
  readonly interval?: string;
  readonly poll?: Readonly<Record<string, unknown>>;
  readonly rpo?: unknown;
  readonly limits?: unknown;
  readonly credentials?: unknown;
  readonly project?: Readonly<Record<string, unknown>>;
  readonly ges?: Readonly<Record<string, unknown>>;
  readonly gaussdb?: Readonly<Record<string, unknown>>;
  readonly services?: readonly unknown[];
  readonly moreProjects?: readonly unknown[];
}

/** The text of a configuration file (JSON is YAML) that polls a simulated cloud every second. */
export function configurationFor(
  cloud: Pick<SimulatedCloud, 'origin' | 'account'>,
  parts: ConfigurationParts = {},
): string {
  const { origin, account } = cloud;
  return JSON.stringify({
    poll: { interval: parts.interval ?? '1s', ...parts.poll },
    ...(parts.rpo !== undefined && { rpo: parts.rpo }),
    ...(parts.limits !== undefined && { limits: parts.limits }),
    projects: [
      {
        name: 'prod',
        region: account.region,
        iam_endpoint: origin,
        credentials: parts.credentials ?? passwordOf(cloud),
        services: parts.services ?? [
          { type: 'ges', endpoint: origin, ...parts.ges },
          { type: 'gaussdb-mysql', endpoint: origin, ...parts.gaussdb },
        ],
        ...parts.project,
      },
      ...(parts.moreProjects ?? []),
    ],
  });
}

/** The password credentials of the simulated cloud's user. */
export function passwordOf({ account }: Pick<SimulatedCloud, 'account'>) {
  return { type: 'password', user: account.user, domain: account.domain, password: account.password };
}
