import { randomBytes } from 'node:crypto';
import type { Call, CloudState, Route } from './cloud-state.ts';
import { ok, type SimulatedResponse } from './response.ts';
import { iamTime } from './time-formats.ts';

const LONGEST_SESSION = 21_600;
const NOT_FOUND: SimulatedResponse = { status: 404, body: undefined };
const UNAUTHORIZED: SimulatedResponse = { status: 401, body: undefined };
// The response that the vendor's clients handle.
const NO_AGENCY: SimulatedResponse = {
  status: 401,
  body: { message: 'Please configure Cloud Service Agency first' },
};

/** The metadata service of a server: its sessions, and the access key of its agency. */
export const metadataRoutes = (): readonly Route[] => {
  const sessions = new Map<string, number>();

  const openSession = ({ headers }: Call, { options, now }: CloudState): SimulatedResponse => {
    if (options.metadataSession === 'absent') return NOT_FOUND;
    const ttl = Number(headers['x-metadata-token-ttl-seconds']);
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST_SESSION) {
      return { status: 400, body: undefined };
    }
    for (const [session, end] of sessions) {
      if (end <= now()) sessions.delete(session);
    }
    const session = randomBytes(32).toString('base64url');
    sessions.set(session, now() + ttl);
    return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: session };
  };

  const isSessionValid = (session: string | undefined, { options, now }: CloudState): boolean => {
    if (
      options.metadataSession === 'absent' ||
      (session === undefined && options.metadataSession === 'optional')
    ) {
      return true;
    }
    return now() < (sessions.get(session ?? '') ?? 0);
  };

  const securityKey = ({ headers }: Call, cloud: CloudState): SimulatedResponse => {
    if (!isSessionValid(headers['x-metadata-token'], cloud)) return UNAUTHORIZED;
    if (!cloud.identity.may('metadata:agency')) return NO_AGENCY;
    const key = cloud.identity.temporaryKey(cloud.now());
    return ok({
      credential: {
        access: key.accessKey,
        secret: key.secretKey,
        securitytoken: key.securityToken,
        expires_at: iamTime(key.expiresAt),
      },
    });
  };

  return [
    {
      service: 'metadata',
      operation: 'metadata_session',
      method: 'PUT',
      path: '/meta-data/latest/api/token',
      permission: undefined,
      respond: openSession,
    },
    {
      service: 'metadata',
      operation: 'metadata',
      method: 'GET',
      path: '/openstack/latest/securitykey',
      permission: undefined,
      respond: securityKey,
    },
  ];
};
