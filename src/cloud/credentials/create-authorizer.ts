import type { Credentials } from '../../config/config.ts';
import {
  type Authorizer,
  type AuthorizerContext,
  keyAuthorization,
  READ_EACH_TIME,
  tokenAuthorization,
} from './authorizer.ts';
import { createEcsAgencyAuthorizer } from './ecs-agency.ts';
import { createOidcAuthorizer, createPasswordAuthorizer } from './iam-token.ts';
import { cannotSignIn, isHeaderValue, readHeaderSecret, readSecret } from './secret.ts';

type CredentialsOf<Type extends Credentials['type']> = Extract<Credentials, { type: Type }>;

export function createAuthorizer(context: AuthorizerContext): Authorizer {
  const { credentials } = context.project;
  switch (credentials.type) {
    case 'password':
      return createPasswordAuthorizer(credentials, context);
    case 'access-key':
      return accessKeyAuthorizer(credentials, context);
    case 'ecs-agency':
      return createEcsAgencyAuthorizer(context);
    case 'oidc':
      return createOidcAuthorizer(credentials, context);
    case 'token':
      return tokenAuthorizer(credentials);
    default:
      return credentials satisfies never;
  }
}

function accessKeyAuthorizer(
  { accessKey, secretKey: keySource, securityToken: tokenSource }: CredentialsOf<'access-key'>,
  { clock }: AuthorizerContext,
): Authorizer {
  return {
    ...READ_EACH_TIME,
    authorize: async () => {
      if (!isHeaderValue(accessKey)) {
        throw cannotSignIn(
          'access_key is empty or contains a character that is not allowed in a header',
          'check access_key',
        );
      }
      const secretKey = await readSecret(keySource);
      const securityToken = tokenSource === undefined ? undefined : await readHeaderSecret(tokenSource);
      return keyAuthorization({ accessKey, secretKey }, securityToken, clock);
    },
    refusedAdvice: `check access_key and its secret (${keySource.origin})`,
  };
}

/** A token that somebody else obtains and renews. */
const tokenAuthorizer = ({ token }: CredentialsOf<'token'>): Authorizer => ({
  ...READ_EACH_TIME,
  authorize: async () => tokenAuthorization(await readHeaderSecret(token), undefined),
  refusedAdvice: `the token (${token.origin}) has expired or belongs to another project, replace it`,
});
