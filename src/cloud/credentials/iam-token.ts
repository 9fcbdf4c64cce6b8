import type { ProjectConfig } from '../../config/config.ts';
import { type Clock, seconds, type UnixSeconds } from '../../domain/quantities.ts';
import { asObject, readDateTime } from '../../services/fields.ts';
import { failureOf } from '../failure.ts';
import { nameInIam } from '../project-id.ts';
import { type CloudRequest, type CloudResponse, headerOf, type RefusalAdvice, SIGN_IN } from '../request.ts';
import type { VendorError } from '../vendor-error.ts';
import {
  type Authorization,
  type Authorizer,
  type AuthorizerContext,
  type CredentialsOf,
  renewedAuthorization,
  tokenAuthorization,
} from './authorizer.ts';
import type { Expiring } from './renewable.ts';
import { isHeaderValue, readHeaderSecret, readSecret } from './secret.ts';
import type { SignIn } from './sign-in-guard.ts';

/** What differs between the ways to sign in. */
interface Method {
  readonly account: Pick<SignIn, 'method' | 'identity' | 'secret'>;
  /** The part of the body that proves the identity. */
  readonly proof: Readonly<Record<string, unknown>>;
  readonly request: Pick<CloudRequest, 'path' | 'whenRefused'> & Partial<CloudRequest>;
}

// For a token that does not say when it expires: long enough for many polls, short enough to renew most in time.
const DEFAULT_LIFE = seconds(60 * 60);
const LOCKED_FOR = seconds(15 * 60);
const CHECK_PROJECT = 'check that region, project_id and project_name name a project of this user';

/** The cloud of an IAM endpoint: `myhuaweicloud.com` of `https://iam.cn-north-4.myhuaweicloud.com`. */
function cloudOf({ iamEndpoint, region }: ProjectConfig): string {
  const host = new URL(iamEndpoint).host.replace(/^iam\./, '');
  return host.startsWith(`${region}.`) ? host.slice(region.length + 1) : host;
}

/** Signs in to IAM and shares one token among all services of the project. */
function createIamTokenAuthorizer(context: AuthorizerContext, prepare: () => Promise<Method>): Authorizer {
  const { project, sender, guard, clock, lifetime } = context;
  const { host } = new URL(project.iamEndpoint);
  const cloud = cloudOf(project);
  const scope = project.projectId === undefined ? { name: nameInIam(project) } : { id: project.projectId };
  let passwordExpiresAt: UnixSeconds | undefined;

  const names = { host, what: 'token', obtained: 'signed in' };
  const token = renewedAuthorization(context, names, async () => {
    const { account, proof, request } = await prepare();
    const signIn: CloudRequest = {
      ...SIGN_IN,
      method: 'POST',
      endpoint: project.iamEndpoint,
      body: JSON.stringify({ auth: { ...proof, scope: { project: scope } } }),
      secrets: [account.secret],
      ...request,
      headers: { 'content-type': 'application/json;charset=utf8', ...request.headers },
    };
    const response = await guard.run({ ...account, cloud, scope: JSON.stringify(scope) }, () =>
      sender.send(signIn, lifetime),
    );
    const facts = asObject(asObject(response.body)?.['token']);
    const obtained = readToken(response, facts, host, clock);
    passwordExpiresAt = readDateTime(asObject(facts?.['user'])?.['password_expires_at']);
    return obtained;
  });

  return {
    authorize: token.get,
    discard: token.discard,
    needsSignIn: token.holds,
    passwordExpiresAt: () => passwordExpiresAt,
    refusedAdvice: 'check that the endpoint and iam_endpoint belong to the same cloud and region',
  };
}

function readToken(
  { status, headers }: CloudResponse,
  facts: ReturnType<typeof asObject>,
  host: string,
  clock: Clock,
): Expiring<Authorization> {
  const token = headerOf(headers, 'x-subject-token')?.trim() ?? '';
  if (!isHeaderValue(token)) {
    throw failureOf(
      { kind: 'malformed', operation: 'sign_in', status },
      `${host} returned ${status} without a token in the header X-Subject-Token`,
      'check iam_endpoint, and whether a proxy removes headers',
    );
  }
  const expires = readDateTime(facts?.['expires_at']);
  // Both times are from the server's clock, so ours need not be right.
  const issued = readDateTime(facts?.['issued_at']) ?? clock();
  const projectId = asObject(facts?.['project'])?.['id'];
  return {
    value: tokenAuthorization(
      token,
      typeof projectId === 'string' && projectId !== '' ? projectId : undefined,
    ),
    validFor: expires === undefined ? DEFAULT_LIFE : seconds(Math.max(0, expires - issued)),
  };
}

/** Signs in with user name and password: `POST /v3/auth/tokens`. */
export function createPasswordAuthorizer(
  { user, domain, password: source }: CredentialsOf<'password'>,
  context: AuthorizerContext,
): Authorizer {
  return createIamTokenAuthorizer(context, async () => {
    const password = await readSecret(source);
    return {
      account: { method: 'password', identity: [domain, user], secret: password },
      proof: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, password, domain: { name: domain } } },
        },
      },
      request: {
        path: '/v3/auth/tokens',
        query: { nocatalog: 'true' },
        whenRefused: (error) => passwordAdvice(error, password, source.origin),
        // IAM may have refused it, which counts against the account.
        retry: 'unless_timed_out',
      },
    };
  });
}

/** What to do about a refused password, if IAM says why. */
function passwordAdvice({ text = '' }: VendorError, password: string, origin: string): RefusalAdvice {
  if (/\block/i.test(text)) return { advice: 'wait 15 minutes before trying again', wait: LOCKED_FOR };
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

/** Exchanges a workload's identity token, read again each time: `POST /v3.0/OS-AUTH/id-token/tokens`. */
export function createOidcAuthorizer(
  { idpId, token }: CredentialsOf<'oidc'>,
  context: AuthorizerContext,
): Authorizer {
  const authorizer = createIamTokenAuthorizer(context, async () => {
    const idToken = await readHeaderSecret(token);
    return {
      account: { method: 'oidc', identity: [idpId], secret: idToken },
      proof: { id_token: { id: idToken } },
      request: {
        path: '/v3.0/OS-AUTH/id-token/tokens',
        headers: { 'x-idp-id': idpId },
        whenRefused: () => ({ advice: `check idp_id and the token (${token.origin}); ${CHECK_PROJECT}` }),
      },
    };
  });
  // The workload is not a user with a password.
  return { ...authorizer, passwordExpiresAt: () => undefined };
}
