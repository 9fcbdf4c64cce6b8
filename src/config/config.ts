import type { Seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ServiceApi } from '../services/service.ts';
import type { Expression } from './expression.ts';

/** A secret that is read when it is needed. It prints as nothing in logs and JSON. */
export interface SecretSource {
  /** Where it comes from, for messages: `the file /run/secrets/password`. Never the secret. */
  readonly origin: string;
  /** Resolves with the secret, surrounding white space of a file removed; rejects with a one-line Error. */
  readonly read: () => Promise<string>;
}

/** How a project signs in. */
export type Credentials =
  | {
      readonly type: 'password';
      readonly user: string;
      readonly domain: string;
      readonly password: SecretSource;
    }
  | {
      readonly type: 'access-key';
      readonly accessKey: string;
      readonly secretKey: SecretSource;
      readonly securityToken: SecretSource | undefined;
    }
  | { readonly type: 'ecs-agency' }
  | { readonly type: 'oidc'; readonly idpId: string; readonly token: SecretSource }
  | { readonly type: 'token'; readonly token: SecretSource };

/** Which resources a filter or an override is about; every expression given must be found. */
export interface ResourceExpressions {
  readonly resourceName: Expression | undefined;
  readonly resourceId: Expression | undefined;
}

/** A service of a project whose backups are polled. */
export interface ServiceConfig {
  readonly type: ServiceType;
  readonly api: ServiceApi;
  /** The settings that this service alone has. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly endpoint: string;
  /** From one poll to the next. */
  readonly interval: Seconds;
  readonly include: ResourceExpressions | undefined;
  readonly exclude: ResourceExpressions | undefined;
  readonly inventory: boolean;
}

/** One project in one region, with the endpoints resolved. */
export interface ProjectConfig {
  readonly name: string;
  readonly region: string;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
  readonly iamEndpoint: string;
  readonly caFile: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly credentials: Credentials;
  /** False where the services were not named: all of them are polled, and not every one may be there. */
  readonly namesServices: boolean;
  readonly services: readonly ServiceConfig[];
}

/** How old the newest successful backup may be. */
export type Objective =
  | { readonly kind: 'age'; readonly seconds: Seconds }
  | { readonly kind: 'none' }
  | { readonly kind: 'policy' };

/** An objective for the resources that it matches; an undefined field matches all. */
export interface ObjectiveOverride {
  readonly project: string | undefined;
  readonly region: string | undefined;
  readonly service: string | undefined;
  readonly resourceName: Expression | undefined;
  readonly resourceId: Expression | undefined;
  readonly objective: Objective;
}

/** Everything that a user configures, checked and with its defaults filled in. */
export interface Config {
  readonly poll: {
    readonly interval: Seconds;
    readonly timeout: Seconds;
    readonly requestTimeout: Seconds;
    readonly concurrency: number;
  };
  readonly limits: { readonly resources: number };
  readonly rpo: { readonly default: Objective; readonly overrides: readonly ObjectiveOverride[] };
  /** Keys of resource tags that become labels, see {@link tagLabel}. */
  readonly tags: readonly string[];
  readonly projects: readonly ProjectConfig[];
}

/** The label that a resource tag becomes: `tag_team`. */
export const tagLabel = (key: string): string => `tag_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
