import { seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { CloudFailure } from '../failure.ts';
import { asJsonObject } from '../json-body.ts';
import { failureMessage } from '../message.ts';
import { readMoment } from '../moment.ts';
import { type Answer, noProof, type Question } from '../question.ts';
import { MAX_ATTEMPTS } from '../retry.ts';
import type { NoteFailure } from '../shared-work.ts';
import type { Authorization, Authorizer, AuthorizerContext } from './authorizer.ts';
import { createRenewable, type Lease } from './renewable.ts';
import { isHeaderValue } from './secret.ts';
import { signedAuthorization } from './signed.ts';

const METADATA_TIMEOUT = seconds(3);
const SESSION_TOKEN_SECONDS = 21_600;
const SESSION_TOKEN_MARGIN = 300;
const LIFE_UNTOLD = seconds(60 * 60);

/** Answers of a metadata service that knows no session tokens. */
const WITHOUT_SESSION_TOKENS: ReadonlySet<number> = new Set([404, 405, 503]);

/** `token` is undefined where the metadata service works without one. */
interface Session {
  readonly token: string | undefined;
  readonly until: UnixSeconds;
}

const metadataQuestion = (endpoint: string, given: Partial<Question>): Question => ({
  operation: 'sign_in',
  service: 'iam',
  errors: { codes: {} },
  permission: undefined,
  method: 'GET',
  endpoint,
  path: '/openstack/latest/securitykey',
  query: {},
  headers: {},
  body: undefined,
  proof: noProof,
  signed: false,
  secrets: [],
  refusedAdvice: undefined,
  expect: 'object',
  attempts: MAX_ATTEMPTS,
  timeout: METADATA_TIMEOUT,
  ...given,
});

const statusOf = (error: unknown): number | undefined =>
  error instanceof CloudFailure ? error.details.status : undefined;

/** Signs with the temporary key that the metadata service of an elastic cloud server gives for its agency. */
export function createEcsAgencyAuthorizer(context: AuthorizerContext): Authorizer {
  const { project, asker, clock, log, metadataOrigin } = context;
  const { host } = new URL(metadataOrigin);
  let session: Session | undefined;

  const openSession = async (signal: AbortSignal, note: NoteFailure): Promise<Session> => {
    const until = (life: number): UnixSeconds => (clock() + life) as UnixSeconds;
    const question = metadataQuestion(metadataOrigin, {
      method: 'PUT',
      path: '/meta-data/latest/api/token',
      headers: { 'x-metadata-token-ttl-seconds': String(SESSION_TOKEN_SECONDS) },
      expect: 'text',
      attempts: 1,
    });
    try {
      const token = String((await asker.ask(question, signal, note)).body).trim();
      return {
        token: isHeaderValue(token) ? token : undefined,
        until: until(SESSION_TOKEN_SECONDS - SESSION_TOKEN_MARGIN),
      };
    } catch (error) {
      if (!WITHOUT_SESSION_TOKENS.has(statusOf(error) ?? 0)) throw error;
      return { token: undefined, until: until(SESSION_TOKEN_MARGIN) };
    }
  };

  const askForKey = async (signal: AbortSignal, note: NoteFailure): Promise<Answer> => {
    if (session === undefined || clock() >= session.until) session = await openSession(signal, note);
    const { token } = session;
    const question = metadataQuestion(metadataOrigin, {
      headers: token === undefined ? {} : { 'x-metadata-token': token },
      secrets: token === undefined ? [] : [token],
    });
    return asker.ask(question, signal, note);
  };

  const askAgainWithNewSession = async (signal: AbortSignal, note: NoteFailure): Promise<Answer> => {
    const given = session;
    try {
      return await askForKey(signal, note);
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      // The session token in hand was made for another boot of the machine, or one is now asked for.
      const wasNew = given !== session;
      session = undefined;
      if (wasNew) throw error;
      return askForKey(signal, note);
    }
  };

  const failed = (
    kind: 'auth' | 'malformed',
    status: number,
    reason: string,
    advice?: string,
  ): CloudFailure =>
    new CloudFailure(failureMessage('sign_in', reason, advice), {
      kind,
      operation: 'sign_in',
      host,
      status,
      code: undefined,
      cause: undefined,
      serverDate: undefined,
    });

  const readKey = ({ body, status }: Answer): Lease<Authorization> => {
    const credential = asJsonObject(asJsonObject(body)?.['credential']);
    const [accessKey, secretKey, securityToken] = ['access', 'secret', 'securitytoken'].map((name) => {
      const value = credential?.[name];
      return typeof value === 'string' ? value.trim() : '';
    });
    if (!accessKey || !secretKey || !securityToken || ![accessKey, securityToken].every(isHeaderValue)) {
      const reason = `${host} answered ${status} without a complete temporary key`;
      throw failed('malformed', status, reason);
    }
    const expires = readMoment(credential?.['expires_at']);
    return {
      value: signedAuthorization({ accessKey, secretKey }, securityToken, clock),
      validFor: expires === undefined ? LIFE_UNTOLD : seconds(Math.max(0, expires - clock())),
    };
  };

  const key = createRenewable<Authorization>({
    clock,
    costly: false,
    lifetime: context.lifetime,
    interrupted: () => asker.interrupted('sign_in', host),
    renewalFailed: (error) => {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn(
        { project: project.name, reason },
        'the temporary key could not be renewed, the old one still serves',
      );
    },
    obtain: async (signal, note) => {
      const answer = await askAgainWithNewSession(signal, note).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
        throw failed(
          'auth',
          404,
          `the metadata service ${host} has no key`,
          'give the server an agency, or use other credentials',
        );
      });
      const lease = readKey(answer);
      log.info({ project: project.name, host, validFor: lease.validFor }, 'obtained a temporary key');
      return lease;
    },
  });

  return {
    authorize: key.get,
    refused: key.refused,
    accepted: key.accepted,
    passwordExpiresAt: () => undefined,
    refusedAdvice: "check the agency of the server and the agency's rights",
  };
}
