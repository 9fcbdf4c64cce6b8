import type { Credentials, ProjectConfig } from '../../config/config.ts';
import { type Clock, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { CloudFailure } from '../failure.ts';
import { asJsonObject } from '../json-body.ts';
import { failureMessage } from '../message.ts';
import {
  type CloudRequest,
  type CloudResponse,
  headerOf,
  type RefusalAdvice,
  signInRequest,
} from '../request.ts';
import { readTimestamp } from '../timestamps.ts';
import type { VendorError } from '../vendor-error.ts';
import {
  type Authorization,
  type Authorizer,
  type AuthorizerContext,
  tokenAuthorization,
} from './authorizer.ts';
import { createRenewable, type Expiring } from './renewable.ts';
import { isHeaderValue, readHeaderSecret, readSecret } from './secret.ts';
import type { SignIn } from './sign-in-guard.ts';

/** A sign-in and the request that performs it. */
interface PreparedSignIn {
  readonly signIn: SignIn;
  readonly request: CloudRequest;
}

type CredentialsOf<Type extends Credentials['type']> = Extract<Credentials, { type: Type }>;

// If a token does not say when it expires: long enough for many polls, short enough to renew most in time.
const DEFAULT_LIFE = seconds(60 * 60);
const LOCKED_FOR = seconds(15 * 60);
const JSON_TYPE = { 'content-type': 'application/json;charset=utf8' };
const CHECK_PROJECT = 'check that region, project_id and project_name name a project of this user';

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

interface SignedIn {
  readonly token: Expiring<Authorization>;
  readonly passwordExpiresAt: UnixSeconds | undefined;
}

function readToken({ status, headers, body }: CloudResponse, host: string, clock: Clock): SignedIn {
  const token = headerOf(headers, 'x-subject-token')?.trim() ?? '';
  if (!isHeaderValue(token)) {
    const reason = `${host} returned ${status} without a token in the header X-Subject-Token`;
    const advice = 'check iam_endpoint, and whether a proxy removes headers';
    throw new CloudFailure(failureMessage('sign_in', reason, advice), {
      kind: 'malformed',
      operation: 'sign_in',
      host,
      status,
    });
  }
  const facts = asJsonObject(asJsonObject(body)?.['token']);
  const expires = readTimestamp(facts?.['expires_at']);
  // Both times are from the server's clock, so ours need not be right.
  const issued = readTimestamp(facts?.['issued_at']) ?? clock();
  const projectId = asJsonObject(facts?.['project'])?.['id'];
  return {
    token: {
      value: tokenAuthorization(
        token,
        typeof projectId === 'string' && projectId !== '' ? projectId : undefined,
      ),
      validFor: expires === undefined ? DEFAULT_LIFE : seconds(Math.max(0, expires - issued)),
    },
    passwordExpiresAt: readTimestamp(asJsonObject(facts?.['user'])?.['password_expires_at']),
  };
}

/** Signs in to IAM and shares one token among all services of the project. */
function createIamTokenAuthorizer(
  context: AuthorizerContext,
  prepare: () => Promise<PreparedSignIn>,
): Authorizer {
  const { project, sender, guard, clock, log, lifetime } = context;
  let passwordExpiresAt: UnixSeconds | undefined;
  const { host } = new URL(project.iamEndpoint);

  const token = createRenewable<Authorization>({
    clock,
    lifetime,
    interrupted: (signal) => sender.interrupted('sign_in', host, signal),
    renewalFailed: (reason) =>
      log.warn({ project: project.name, reason }, 'token not renewed, still using the old one'),
    obtain: async (note) => {
      const { signIn, request } = await prepare();
      const response = await guard.run(signIn, () => sender.send(request, lifetime, note), lifetime);
      const signedIn = readToken(response, host, clock);
      passwordExpiresAt = signedIn.passwordExpiresAt;
      log.info({ project: project.name, host, valid_for_seconds: signedIn.token.validFor }, 'signed in');
      return signedIn.token;
    },
  });

  return {
    authorize: token.get,
    discard: token.discard,
    needsSignIn: token.holds,
    passwordExpiresAt: () => passwordExpiresAt,
    refusedAdvice: 'check that the endpoint and iam_endpoint belong to the same cloud and region',
  };
}

/** What to do about a refused password, if IAM says why. */
function passwordAdvice({ text = '' }: VendorError, password: string, origin: string): RefusalAdvice {
  if (/\block/i.test(text)) {
    return { advice: 'wait 15 minutes before trying again', wait: LOCKED_FOR };
  }
  if (/\$\{\w+\}|^\$\w+$/.test(password)) {
    return { advice: `variables are not expanded in the password (${origin}); use password_file` };
  }
  if (/scope|project|tenant/i.test(text)) return { advice: CHECK_PROJECT };
  const checks = [
    `check user, domain and password (${origin})`,
    ...(/password/i.test(text) ? [] : [CHECK_PROJECT]),
    'users with MFA, HUAWEI IDs and federated users need credentials of type access-key',
  ];
  return { advice: checks.join('; ') };
}

/** Signs in with user name and password: `POST /v3/auth/tokens`. */
export function createPasswordAuthorizer(
  credentials: CredentialsOf<'password'>,
  context: AuthorizerContext,
): Authorizer {
  const { iamEndpoint: endpoint } = context.project;
  const scope = projectScope(context.project);
  const { user, domain } = credentials;
  return createIamTokenAuthorizer(context, async () => {
    const password = await readSecret(credentials.password);
    const identity = {
      methods: ['password'],
      password: { user: { name: user, password, domain: { name: domain } } },
    };
    return {
      signIn: {
        method: 'password',
        cloud: cloudOf(context.project),
        identity: [domain, user],
        secret: password,
        scope: JSON.stringify(scope),
      },
      request: signInRequest({
        method: 'POST',
        endpoint,
        path: '/v3/auth/tokens',
        query: { nocatalog: 'true' },
        headers: JSON_TYPE,
        body: JSON.stringify({ auth: { identity, scope: { project: scope } } }),
        secrets: [password],
        whenRefused: (error) => passwordAdvice(error, password, credentials.password.origin),
        // IAM may have refused it, which counts against the account.
        retry: 'unless_timed_out',
      }),
    };
  });
}

/** Exchanges a workload's identity token, read again each time: `POST /v3.0/OS-AUTH/id-token/tokens`. */
export function createOidcAuthorizer(
  credentials: CredentialsOf<'oidc'>,
  context: AuthorizerContext,
): Authorizer {
  const { iamEndpoint: endpoint } = context.project;
  const scope = projectScope(context.project);
  const { idpId, token } = credentials;
  const authorizer = createIamTokenAuthorizer(context, async () => {
    const idToken = await readHeaderSecret(token);
    return {
      signIn: {
        method: 'oidc',
        cloud: cloudOf(context.project),
        identity: [idpId],
        secret: idToken,
        scope: JSON.stringify(scope),
      },
      request: signInRequest({
        method: 'POST',
        endpoint,
        path: '/v3.0/OS-AUTH/id-token/tokens',
        headers: { ...JSON_TYPE, 'x-idp-id': idpId },
        body: JSON.stringify({ auth: { id_token: { id: idToken }, scope: { project: scope } } }),
        secrets: [idToken],
        whenRefused: () => ({ advice: `check idp_id and the token (${token.origin}); ${CHECK_PROJECT}` }),
      }),
    };
  });
  // The workload is not a user with a password.
  return { ...authorizer, passwordExpiresAt: () => undefined };
}
