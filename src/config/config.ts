import type { Seconds } from '../domain/quantities.ts';
import type { ServiceType } from '../domain/service.ts';
import type { ErrorRules } from '../services/api-call.ts';
import type { ServiceApi } from '../services/service.ts';
import type { Expression } from './expression.ts';

/** A secret that is read when needed and never printed. */
export interface SecretSource {
  /** For messages: `the file /run/secrets/password`. */
  readonly origin: string;
  /** Resolves with the secret, without surrounding white space; rejects with a one-line Error. */
  readonly read: () => Promise<string>;
}

export type Credentials =
  | {
      readonly type: 'password';
      readonly user: string;
      readonly domain: string;
      readonly password: SecretSource;
    }
  | {
      readonly type: 'access-key';
      /** Can be sent in a header. */
      readonly accessKey: string;
      readonly secretKey: SecretSource;
      readonly securityToken: SecretSource | undefined;
    }
  | { readonly type: 'ecs-agency' }
  | { readonly type: 'oidc'; readonly idpId: string; readonly token: SecretSource }
  | { readonly type: 'token'; readonly token: SecretSource };

/** All that are given must match. */
export interface ResourceExpressions {
  readonly resourceName: Expression | undefined;
  readonly resourceId: Expression | undefined;
}

export interface ServiceConfig {
  readonly type: ServiceType;
  readonly api: ServiceApi;
  readonly errors: ErrorRules;
  /** The settings specific to this service. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly endpoint: string;
  /** Between polls. */
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
  /** False if no services are named: all of them are polled, though some may not be available. */
  readonly namesServices: boolean;
  readonly services: readonly ServiceConfig[];
}

export type Objective =
  | { readonly kind: 'age'; readonly seconds: Seconds }
  | { readonly kind: 'none' }
  | { readonly kind: 'policy' };

/** An objective for matching resources; an undefined field matches all. */
export interface ObjectiveOverride extends ResourceExpressions {
  readonly project: string | undefined;
  readonly region: string | undefined;
  readonly service: string | undefined;
  readonly objective: Objective;
}

/** The whole configuration, validated and with defaults. */
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

/** The label of a resource tag: `tag_team`. */
export const tagLabel = (key: string): string => `tag_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
