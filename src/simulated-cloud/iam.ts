import { refusedCredentials } from './authorization.ts';
import { type Call, type CloudState, isObject, jsonObject, type Route } from './cloud-state.ts';
import { iamError, type SimulatedResponse } from './response.ts';
import { iamTime } from './time-formats.ts';

const DOMAIN_ID = '0d0466b0e58025a50fc0c00ebe6b0d00';
const USER_ID = '7116d09f88fa41908676fdd4b039e95b';
const CATALOG_ENTRIES = 40;

const at = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** The project in the scope of a sign-in: its id, undefined without one, or the refusal if it does not exist. */
const scopedProject = (
  auth: unknown,
  { options }: CloudState,
): { projectId: string | undefined } | SimulatedResponse => {
  const project = at(auth, 'scope', 'project');
  if (project === undefined) {
    return { projectId: undefined };
  }
  const id = at(project, 'id');
  const known = id === undefined ? at(project, 'name') === options.projectName : id === options.projectId;
  return known ? { projectId: options.projectId } : iamError(404, 'There is no such project.');
};

const catalog = (withCatalog: boolean): unknown[] =>
  Array.from({ length: withCatalog ? CATALOG_ENTRIES : 0 }, (_, index) => ({
    id: String(index),
    type: `service-${index}`,
    name: `service-${index}`,
    endpoints: [],
  }));

const signedIn = (call: Call, cloud: CloudState, method: string, auth: unknown): SimulatedResponse => {
  const { identity, options } = cloud;
  const scope = scopedProject(auth, cloud);
  if ('status' in scope) return scope;
  const domain = { id: DOMAIN_ID, name: identity.account.domain };
  const token = identity.issueToken(scope.projectId, cloud.now());
  const { passwordExpiresAt } = options;
  return {
    status: 201,
    headers: { 'X-Subject-Token': token.text },
    body: {
      token: {
        expires_at: iamTime(token.expiresAt),
        issued_at: iamTime(token.issuedAt),
        methods: [method],
        catalog: catalog(new URLSearchParams(call.query).get('nocatalog') === null),
        roles: [{ id: '0', name: 'te_agency' }],
        ...(scope.projectId === undefined
          ? { domain }
          : { project: { id: scope.projectId, name: options.projectName, domain } }),
        user: {
          id: USER_ID,
          name: identity.account.user,
          domain,
          password_expires_at: passwordExpiresAt === undefined ? '' : iamTime(passwordExpiresAt),
        },
      },
    },
  };
};

const signInByPassword: Route['respond'] = (call, cloud) => {
  const auth = jsonObject(call)?.['auth'];
  const methods = at(auth, 'identity', 'methods');
  const user = at(auth, 'identity', 'password', 'user');
  const [name, domain, password] = [at(user, 'name'), at(user, 'domain', 'name'), at(user, 'password')];
  const usesPassword = Array.isArray(methods) && methods.includes('password');
  if (
    !usesPassword ||
    typeof name !== 'string' ||
    typeof domain !== 'string' ||
    typeof password !== 'string'
  ) {
    return iamError(400, 'The request body is not valid.');
  }
  const verdict = cloud.identity.checkPassword(name, domain, password, cloud.now());
  switch (verdict) {
    case 'right':
      return signedIn(call, cloud, 'password', auth);
    case 'wrong':
      return iamError(401, 'The user name or password is wrong.');
    case 'locked':
      return iamError(401, 'The account is locked after too many wrong passwords.');
    default:
      return verdict satisfies never;
  }
};

const signInByIdToken: Route['respond'] = (call, cloud) => {
  const auth = jsonObject(call)?.['auth'];
  const idToken = at(auth, 'id_token', 'id');
  if (typeof idToken !== 'string') return iamError(400, 'The request body is not valid.');
  return cloud.identity.checkIdToken(call.headers['x-idp-id'], idToken)
    ? signedIn(call, cloud, 'mapped', auth)
    : iamError(401, 'The identity provider or its token is not accepted.');
};

const listProjects = (
  { query }: Call,
  { options }: CloudState,
  path: string,
  name: string | null,
): SimulatedResponse => {
  const { projectId, projectName } = options;
  const project = {
    id: projectId,
    name: projectName,
    domain_id: DOMAIN_ID,
    parent_id: DOMAIN_ID,
    is_domain: false,
    enabled: true,
    description: '',
    links: { self: `/v3/projects/${projectId}` },
  };
  return {
    status: 200,
    body: {
      links: { next: null, previous: null, self: query === '' ? path : `${path}?${query}` },
      projects: name === null || name === projectName ? [project] : [],
    },
  };
};

const findProject: Route['respond'] = (call, cloud) => {
  const refusal = refusedCredentials(call, cloud, 'iam');
  if (refusal) return refusal;
  return cloud.identity.may('iam:projects:listProjects')
    ? listProjects(call, cloud, '/v3/projects', new URLSearchParams(call.query).get('name'))
    : iamError(403, 'You are not authorized to perform the requested action: iam:projects:listProjects.');
};

/** The projects of the sender, which needs no permission and has no filter. */
const ownProjects: Route['respond'] = (call, cloud) =>
  refusedCredentials(call, cloud, 'iam') ?? listProjects(call, cloud, '/v3/auth/projects', null);

export const iamRoutes: readonly Route[] = [
  {
    service: 'iam',
    operation: 'sign_in',
    method: 'POST',
    path: '/v3/auth/tokens',
    permission: undefined,
    respond: signInByPassword,
  },
  {
    service: 'iam',
    operation: 'sign_in',
    method: 'POST',
    path: '/v3.0/OS-AUTH/id-token/tokens',
    permission: undefined,
    respond: signInByIdToken,
  },
  {
    service: 'iam',
    operation: 'find_project',
    method: 'GET',
    path: '/v3/projects',
    permission: undefined,
    respond: findProject,
  },
  {
    service: 'iam',
    operation: 'find_project',
    method: 'GET',
    path: '/v3/auth/projects',
    permission: undefined,
    respond: ownProjects,
  },
];
