import { randomBytes } from 'node:crypto';
import { type Answer, ok } from './answer.ts';
import type { Call, CloudState, Route } from './cloud-state.ts';
import { iamTime } from './time-text.ts';

const LONGEST_SESSION = 21_600;
const NOT_FOUND: Answer = { status: 404, body: undefined };
const UNAUTHORIZED: Answer = { status: 401, body: undefined };
// As the vendor's own clients know it.
const NO_AGENCY: Answer = { status: 401, body: { message: 'Please configure Cloud Service Agency first' } };

/** The metadata service of one server: its sessions and the key of its agency. */
export const metadataRoutes = (): readonly Route[] => {
  const sessions = new Map<string, number>();

  const openSession = ({ headers }: Call, { options, now }: CloudState): Answer => {
    if (options.metadataSession === 'absent') {
      return NOT_FOUND;
    }
    const life = Number(headers['x-metadata-token-ttl-seconds']);
    if (!Number.isInteger(life) || life < 1 || life > LONGEST_SESSION) {
      return { status: 400, body: undefined };
    }
    for (const [session, end] of sessions) {
      if (end <= now()) {
        sessions.delete(session);
      }
    }
    const session = randomBytes(32).toString('base64url');
    sessions.set(session, now() + life);
    return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: session };
  };

  const isSessionGood = (session: string | undefined, { options, now }: CloudState): boolean => {
    if (
      options.metadataSession === 'absent' ||
      (session === undefined && options.metadataSession === 'optional')
    ) {
      return true;
    }
    return now() < (sessions.get(session ?? '') ?? 0);
  };

  const securityKey = ({ headers }: Call, cloud: CloudState): Answer => {
    if (!isSessionGood(headers['x-metadata-token'], cloud)) {
      return UNAUTHORIZED;
    }
    if (!cloud.identity.may('metadata:agency')) {
      return NO_AGENCY;
    }
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
      answer: openSession,
    },
    {
      service: 'metadata',
      operation: 'metadata',
      method: 'GET',
      path: '/openstack/latest/securitykey',
      permission: undefined,
      answer: securityKey,
    },
  ];
};
