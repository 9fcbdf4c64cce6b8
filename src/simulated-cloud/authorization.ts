import type { Call, CloudState, Route } from './cloud-state.ts';
import type { SimulatedService } from './options.ts';
import { gatewayError, iamError, type SimulatedResponse } from './response.ts';
import type { Refusals } from './service.ts';
import { checkSignature } from './signature-check.ts';

/** The projects that the sender of a request has access to. */
type Caller = { readonly projectIds: readonly string[] };

const badToken = (service: SimulatedService): SimulatedResponse =>
  service === 'iam'
    ? iamError(401, 'The token is not valid.')
    : gatewayError(401, 'APIGW.0301', 'Incorrect IAM authentication information: the token is not valid.');

const identify = (call: Call, cloud: CloudState, service: SimulatedService): Caller | SimulatedResponse => {
  const { identity, options } = cloud;
  const now = cloud.now();
  const text = call.headers['x-auth-token'];
  if (text !== undefined) {
    const token = identity.token(text, now);
    if (token === 'expired') {
      return service === 'iam'
        ? badToken(service)
        : gatewayError(401, 'APIGW.0307', 'The token has to be renewed: it has expired.');
    }
    return token ? { projectIds: token.projectId === undefined ? [] : [token.projectId] } : badToken(service);
  }
  if (call.headers['authorization'] === undefined) return badToken(service);
  const verdict = checkSignature(call, now, (accessKey) => identity.secretOf(accessKey, now));
  return verdict.valid
    ? { projectIds: [options.projectId] }
    : gatewayError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${verdict.reason}.`);
};

/** The response to a request without a valid token or signature; undefined if it has one. */
export const refusedCredentials = (
  call: Call,
  cloud: CloudState,
  service: SimulatedService,
): SimulatedResponse | undefined => {
  const caller = identify(call, cloud, service);
  return 'status' in caller ? caller : undefined;
};

/** Refusals of the APIs that belong to no service. */
export const OWN_REFUSALS: Readonly<Record<string, Refusals>> = {
  iam: {
    project: () => iamError(403, 'The token does not belong to this project.'),
    permission: () => iamError(403, 'The user may not do this.'),
  },
  metadata: {
    project: () => ({ status: 404, body: undefined }),
    permission: () => ({ status: 404, body: undefined }),
  },
};

/** Calls the route if the sender is allowed to; otherwise returns the refusal. */
export const authorize = async (route: Route, call: Call, cloud: CloudState): Promise<SimulatedResponse> => {
  const { service, permission } = route;
  const refusals = cloud.refusals[service];
  if (permission === undefined) return route.respond(call, cloud);
  const caller = identify(call, cloud, service);
  if ('status' in caller) return caller;
  const asked = [call.parameters['project_id'], call.headers['x-project-id']];
  if (!asked.every((id) => id === undefined || caller.projectIds.includes(id))) {
    return refusals?.project() ?? badToken(service);
  }
  return cloud.identity.may(permission)
    ? route.respond(call, cloud)
    : (refusals?.permission() ?? badToken(service));
};
