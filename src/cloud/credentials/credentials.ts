import { createAccessKeyAuthorizer } from './access-key.ts';
import type { Authorizer, AuthorizerContext } from './authorizer.ts';
import { createEcsAgencyAuthorizer } from './ecs-agency.ts';
import { createOidcAuthorizer, createPasswordAuthorizer } from './iam-token.ts';
import { createStaticTokenAuthorizer } from './static-token.ts';

/** Creates the way to sign in that a project is configured with. */
export function createAuthorizer(context: AuthorizerContext): Authorizer {
  const { credentials } = context.project;
  switch (credentials.type) {
    case 'password':
      return createPasswordAuthorizer(credentials, context);
    case 'access-key':
      return createAccessKeyAuthorizer(credentials, context);
    case 'ecs-agency':
      return createEcsAgencyAuthorizer(context);
    case 'oidc':
      return createOidcAuthorizer(credentials, context);
    case 'token':
      return createStaticTokenAuthorizer(credentials);
    default:
      return credentials satisfies never;
  }
}
