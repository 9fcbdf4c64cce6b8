import { seconds } from '../../domain/quantities.ts';
import { asObject, readDateTime } from '../../services/fields.ts';
import { detailsOf, failureOf } from '../failure.ts';
import { type CloudRequest, type CloudResponse, SIGN_IN } from '../request.ts';
import {
  type Authorization,
  type Authorizer,
  type AuthorizerContext,
  keyAuthorization,
  renewedAuthorization,
} from './authorizer.ts';
import type { Expiring } from './renewable.ts';
import { isHeaderValue } from './secret.ts';

const METADATA_TIMEOUT = seconds(3);
const SESSION_SECONDS = '21600';
const DEFAULT_LIFE = seconds(60 * 60);
const ATTACH_AGENCY = 'attach an agency to this server, or use other credentials';

/** Statuses of a metadata service without session tokens. */
const WITHOUT_SESSIONS: readonly unknown[] = [404, 405, 503];

/** Signs with the temporary key that the metadata service of a server provides for its agency. */
export function createEcsAgencyAuthorizer(context: AuthorizerContext): Authorizer {
  const { sender, clock, lifetime, metadataOrigin } = context;
  const { host } = new URL(metadataOrigin);

  const send = (request: Pick<CloudRequest, 'method' | 'path'> & Partial<CloudRequest>) =>
    sender.send(
      {
        ...SIGN_IN,
        endpoint: metadataOrigin,
        timeout: METADATA_TIMEOUT,
        // The vendor's own clients treat any 401 as a server without an agency.
        whenRefused: () => ({ advice: ATTACH_AGENCY }),
        ...request,
      },
      lifetime,
    );

  /** Undefined if the metadata service does not need one. */
  const requestSessionToken = async (): Promise<string | undefined> => {
    const path = '/meta-data/latest/api/token';
    const headers = { 'x-metadata-token-ttl-seconds': SESSION_SECONDS };
    try {
      const { body } = await send({ method: 'PUT', path, headers, expect: 'text', retry: 'never' });
      const token = String(body).trim();
      return isHeaderValue(token) ? token : undefined;
    } catch (error) {
      if (WITHOUT_SESSIONS.includes(detailsOf(error).status)) return undefined;
      throw error;
    }
  };

  const requestKey = async (): Promise<CloudResponse> => {
    const token = await requestSessionToken();
    const proof = token !== undefined && { headers: { 'x-metadata-token': token }, secrets: [token] };
    return send({ method: 'GET', path: '/openstack/latest/securitykey', ...proof }).catch(
      (error: unknown) => {
        if (detailsOf(error).status !== 404) throw error;
        const details = { kind: 'auth', operation: 'sign_in', status: 404 } as const;
        throw failureOf(details, `the metadata service ${host} has no key`, ATTACH_AGENCY);
      },
    );
  };

  const readKey = ({ body, status }: CloudResponse): Expiring<Authorization> => {
    const credential = asObject(asObject(body)?.['credential']);
    const [accessKey, secretKey, securityToken] = ['access', 'secret', 'securitytoken'].map((name) => {
      const value = credential?.[name];
      return typeof value === 'string' ? value.trim() : '';
    });
    if (!accessKey || !secretKey || !securityToken || ![accessKey, securityToken].every(isHeaderValue)) {
      const reason = `${host} returned ${status} without a complete temporary key`;
      throw failureOf({ kind: 'malformed', operation: 'sign_in', status }, reason, ATTACH_AGENCY);
    }
    const expires = readDateTime(credential?.['expires_at']);
    return {
      value: keyAuthorization({ accessKey, secretKey }, securityToken, clock),
      validFor: expires === undefined ? DEFAULT_LIFE : seconds(Math.max(0, expires - clock())),
    };
  };

  const names = { host, what: 'temporary key', obtained: 'obtained a temporary key' };
  const key = renewedAuthorization(context, names, async () => readKey(await requestKey()));

  return {
    authorize: key.get,
    discard: key.discard,
    refusedAdvice: 'check the agency of this server and what it is allowed to do',
  };
}
