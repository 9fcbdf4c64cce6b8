import type { Credentials, ProjectConfig } from '../../config/config.ts';
import { type Clock, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { CloudFailure } from '../failure.ts';
import { asJsonObject } from '../json-body.ts';
import { failureMessage } from '../message.ts';
import { readMoment } from '../moment.ts';
import { type Answer, headerOf, noProof, type Question } from '../question.ts';
import { MAX_ATTEMPTS } from '../retry.ts';
import type { Authorization, Authorizer, AuthorizerContext } from './authorizer.ts';
import { createRenewable, type Lease } from './renewable.ts';
import { isHeaderValue, readHeaderSecret, readSecret } from './secret.ts';
import type { SignIn } from './sign-in-guard.ts';

/** A sign-in with the request that sends it. */
interface PreparedSignIn {
  readonly question: Question;
  readonly signIn: SignIn;
}

type CredentialsOf<Type extends Credentials['type']> = Extract<Credentials, { type: Type }>;

// A token whose end is not told: long enough to serve many polls, short enough to be renewed before most ends.
const LIFE_UNTOLD = seconds(60 * 60);

const projectScope = (project: ProjectConfig): Readonly<Record<string, string>> =>
  project.projectId === undefined
    ? { name: project.projectName ?? project.region }
    : { id: project.projectId };

/** The cloud of an IAM endpoint: `myhuaweicloud.com` of `https://iam.cn-north-4.myhuaweicloud.com`. */
const cloudOf = ({ iamEndpoint, region }: ProjectConfig): string => {
  const { host } = new URL(iamEndpoint);
  const withoutService = host.replace(/^iam\./, '');
  return withoutService.startsWith(`${region}.`) ? withoutService.slice(region.length + 1) : withoutService;
};

/** The proof of a token: it goes along with each request as it is. */
export const tokenAuthorization = (token: string, projectId: string | undefined): Authorization => ({
  projectId,
  proofFor: () => () => ({ 'x-auth-token': token }),
  signed: false,
  secrets: [token],
});

interface TokenFacts {
  readonly lease: Lease<Authorization>;
  readonly passwordExpiresAt: UnixSeconds | undefined;
}

function readToken(answer: Answer, iamEndpoint: string, clock: Clock): TokenFacts {
  const token = headerOf(answer.headers, 'x-subject-token')?.trim() ?? '';
  const { host } = new URL(iamEndpoint);
  if (!isHeaderValue(token)) {
    throw new CloudFailure(
      failureMessage(
        'sign_in',
        `${host} answered ${answer.status} without a token in the header X-Subject-Token`,
        'check iam_endpoint, and whether a proxy removes headers',
      ),
      {
        kind: 'malformed',
        operation: 'sign_in',
        host,
        status: answer.status,
        code: undefined,
        cause: undefined,
        serverDate: undefined,
      },
    );
  }
  const facts = asJsonObject(asJsonObject(answer.body)?.['token']);
  const expires = readMoment(facts?.['expires_at']);
  // Both times are of the same clock, so that ours need not be right.
  const issued = readMoment(facts?.['issued_at']) ?? clock();
  const projectId = asJsonObject(facts?.['project'])?.['id'];
  return {
    lease: {
      value: tokenAuthorization(
        token,
        typeof projectId === 'string' && projectId !== '' ? projectId : undefined,
      ),
      validFor: expires === undefined ? LIFE_UNTOLD : seconds(Math.max(0, expires - issued)),
    },
    passwordExpiresAt: readMoment(asJsonObject(facts?.['user'])?.['password_expires_at']),
  };
}

/** Signs in with IAM and shares one token among all services of the project. */
function createIamTokenAuthorizer(
  context: AuthorizerContext,
  prepare: () => Promise<PreparedSignIn>,
): Authorizer {
  const { project, asker, guard, clock, log } = context;
  let passwordExpiresAt: UnixSeconds | undefined;
  const { host } = new URL(project.iamEndpoint);
  const interrupted = (): CloudFailure => asker.interrupted('sign_in', host);

  const token = createRenewable<Authorization>({
    clock,
    costly: true,
    lifetime: context.lifetime,
    interrupted,
    renewalFailed: (error) => {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn({ project: project.name, reason }, 'the token could not be renewed, the old one still serves');
    },
    obtain: async (signal, note) => {
      const { question, signIn } = await prepare();
      const answer = await guard.run(
        signIn,
        () => asker.ask(question, signal, note),
        context.lifetime,
        interrupted,
      );
      const facts = readToken(answer, project.iamEndpoint, clock);
      passwordExpiresAt = facts.passwordExpiresAt;
      log.info({ project: project.name, host, validFor: facts.lease.validFor }, 'signed in');
      return facts.lease;
    },
  });

  return {
    authorize: token.get,
    refused: token.refused,
    accepted: token.accepted,
    passwordExpiresAt: () => passwordExpiresAt,
    refusedAdvice: 'check that the endpoint and iam_endpoint belong to the same cloud and region',
  };
}

const signInQuestion = (
  endpoint: string,
  given: Pick<Question, 'path' | 'query' | 'headers' | 'secrets' | 'refusedAdvice'>,
  body: unknown,
): Question => ({
  ...given,
  operation: 'sign_in',
  service: 'iam',
  errors: { codes: {} },
  permission: undefined,
  method: 'POST',
  endpoint,
  headers: { 'content-type': 'application/json;charset=utf8', ...given.headers },
  body: JSON.stringify(body),
  proof: noProof,
  signed: false,
  expect: 'object',
  attempts: MAX_ATTEMPTS,
  timeout: undefined,
});

/** Signs in with user name and password: `POST /v3/auth/tokens`. */
export function createPasswordAuthorizer(
  credentials: CredentialsOf<'password'>,
  context: AuthorizerContext,
): Authorizer {
  const { iamEndpoint } = context.project;
  const scope = projectScope(context.project);
  const { user, domain } = credentials;
  return createIamTokenAuthorizer(context, async () => {
    const password = await readSecret(credentials.password);
    const identity = {
      methods: ['password'],
      password: { user: { name: user, password, domain: { name: domain } } },
    };
    const question = signInQuestion(
      iamEndpoint,
      {
        path: '/v3/auth/tokens',
        query: { nocatalog: 'true' },
        headers: {},
        secrets: [password],
        refusedAdvice: `check user, domain and password (${credentials.password.origin})`,
      },
      { auth: { identity, scope: { project: scope } } },
    );
    return {
      question,
      signIn: {
        method: 'password',
        cloud: cloudOf(context.project),
        identity: [domain, user],
        secret: password,
        scope: JSON.stringify(scope),
      },
    };
  });
}

/** Exchanges a workload's identity token, read anew each time: `POST /v3.0/OS-AUTH/id-token/tokens`. */
export function createOidcAuthorizer(
  credentials: CredentialsOf<'oidc'>,
  context: AuthorizerContext,
): Authorizer {
  const { iamEndpoint } = context.project;
  const scope = projectScope(context.project);
  const { idpId } = credentials;
  const authorizer = createIamTokenAuthorizer(context, async () => {
    const idToken = await readHeaderSecret(credentials.token);
    const question = signInQuestion(
      iamEndpoint,
      {
        path: '/v3.0/OS-AUTH/id-token/tokens',
        query: {},
        headers: { 'x-idp-id': idpId },
        secrets: [idToken],
        refusedAdvice: `check idp_id and the token (${credentials.token.origin})`,
      },
      { auth: { id_token: { id: idToken }, scope: { project: scope } } },
    );
    return {
      question,
      signIn: {
        method: 'oidc',
        cloud: cloudOf(context.project),
        identity: [idpId],
        secret: idToken,
        scope: JSON.stringify(scope),
      },
    };
  });
  // Whatever user IAM makes of the workload: no password of it is in use.
  return { ...authorizer, passwordExpiresAt: () => undefined };
}
