import {
  type Authorizer,
  type AuthorizerContext,
  type CredentialsOf,
  keyAuthorization,
  tokenAuthorization,
} from './authorizer.ts';
import { createEcsAgencyAuthorizer } from './ecs-agency.ts';
import { createOidcAuthorizer, createPasswordAuthorizer } from './iam-token.ts';
import { readHeaderSecret, readSecret } from './secret.ts';

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

const accessKeyAuthorizer = (
  { accessKey, secretKey: keySource, securityToken: tokenSource }: CredentialsOf<'access-key'>,
  { clock }: AuthorizerContext,
): Authorizer => ({
  authorize: async () => {
    const secretKey = await readSecret(keySource);
    const securityToken = tokenSource && (await readHeaderSecret(tokenSource));
    return keyAuthorization({ accessKey, secretKey }, securityToken, clock);
  },
  refusedAdvice: `check access_key and its secret (${keySource.origin})`,
});

/** A token that is obtained and renewed externally. */
const tokenAuthorizer = ({ token }: CredentialsOf<'token'>): Authorizer => ({
  authorize: async () => tokenAuthorization(await readHeaderSecret(token), undefined),
  refusedAdvice: `the token (${token.origin}) has expired or belongs to another project; replace it`,
});
