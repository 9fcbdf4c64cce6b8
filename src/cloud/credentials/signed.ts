import type { Clock } from '../../domain/quantities.ts';
import { type AccessKey, authorizationHeader, sdkDate } from '../signature.ts';
import type { Authorization } from './authorizer.ts';

/** The proof of an access key: each request is signed. A temporary key comes with a security token. */
export function signedAuthorization(
  key: AccessKey,
  securityToken: string | undefined,
  clock: Clock,
): Authorization {
  return {
    projectId: undefined,
    proofFor: (projectId) => (request) => {
      const headers = {
        'x-sdk-date': sdkDate(clock()),
        ...(projectId === undefined ? {} : { 'x-project-id': projectId }),
        ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
      };
      // Only these are signed: a gateway may change or drop any other header on the way.
      const signed = { ...request, headers: { ...request.headers, ...headers } };
      return { ...headers, authorization: authorizationHeader(signed, key) };
    },
    signed: true,
    secrets: [key.accessKey, key.secretKey, ...(securityToken === undefined ? [] : [securityToken])],
  };
}
