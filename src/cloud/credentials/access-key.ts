import type { Credentials } from '../../config/config.ts';
import type { Authorizer, AuthorizerContext } from './authorizer.ts';
import { cannotSignIn, isHeaderValue, readHeaderSecret, readSecret } from './secret.ts';
import { signedAuthorization } from './signed.ts';

/** Signs with an access key, whose secret parts are read for each request and may change at any time. */
export function createAccessKeyAuthorizer(
  credentials: Extract<Credentials, { type: 'access-key' }>,
  context: AuthorizerContext,
): Authorizer {
  const { accessKey } = credentials;
  return {
    authorize: async () => {
      if (!isHeaderValue(accessKey)) {
        throw cannotSignIn('access_key is empty or holds a character that a header cannot carry');
      }
      const secretKey = await readSecret(credentials.secretKey);
      const securityToken =
        credentials.securityToken === undefined
          ? undefined
          : await readHeaderSecret(credentials.securityToken);
      return signedAuthorization({ accessKey, secretKey }, securityToken, context.clock);
    },
    // The files may hold others by now; the same are not sent again.
    refused: () => true,
    accepted: () => undefined,
    passwordExpiresAt: () => undefined,
    refusedAdvice: `check access_key and its secret (${credentials.secretKey.origin})`,
  };
}
