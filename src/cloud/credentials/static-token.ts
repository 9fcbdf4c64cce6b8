import type { Credentials } from '../../config/config.ts';
import type { Authorizer } from './authorizer.ts';
import { tokenAuthorization } from './iam-token.ts';
import { readHeaderSecret } from './secret.ts';

/** Uses a token that somebody else obtained and keeps fresh. */
export const createStaticTokenAuthorizer = (
  credentials: Extract<Credentials, { type: 'token' }>,
): Authorizer => ({
  authorize: async () => tokenAuthorization(await readHeaderSecret(credentials.token), undefined),
  // The file may hold another by now; the same is not sent again.
  refused: () => true,
  accepted: () => undefined,
  passwordExpiresAt: () => undefined,
  refusedAdvice: `the token (${credentials.token.origin}) has ended or is not one of this project, give a new one`,
});
