import { type Answer, gatewayError, iamError } from './answer.ts';
import type { Call, CloudState, Route } from './cloud-state.ts';
import type { SimulatedService } from './options.ts';
import type { Refusals } from './service.ts';
import { checkSignature } from './signature-check.ts';

/** Who a request comes from: the projects that it may ask about. */
type Caller = { readonly projectIds: readonly string[] };

const badToken = (service: SimulatedService): Answer =>
  service === 'iam'
    ? iamError(401, 'The token is not valid.')
    : gatewayError(401, 'APIGW.0301', 'Incorrect IAM authentication information: the token is not valid.');

const identify = (call: Call, cloud: CloudState, service: SimulatedService): Caller | Answer => {
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
  if (call.headers['authorization'] === undefined) {
    return badToken(service);
  }
  const verdict = checkSignature(call, now, (accessKey) => identity.secretOf(accessKey, now));
  return verdict.valid
    ? { projectIds: [options.projectId] }
    : gatewayError(401, 'APIGW.0301', `Incorrect IAM authentication information: ${verdict.reason}.`);
};

/** The answer to a request whose token or signature is not good; undefined when it is. */
export const refusedCredentials = (
  call: Call,
  cloud: CloudState,
  service: SimulatedService,
): Answer | undefined => {
  const caller = identify(call, cloud, service);
  return 'status' in caller ? caller : undefined;
};

/** How the cloud's own APIs refuse. */
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

/** Lets a request through to its route if its sender may ask that; else answers why not. */
export const passGate = async (route: Route, call: Call, cloud: CloudState): Promise<Answer> => {
  const { service, permission } = route;
  const refusals = cloud.refusals[service];
  if (permission === undefined) {
    return route.answer(call, cloud);
  }
  const caller = identify(call, cloud, service);
  if ('status' in caller) {
    return caller;
  }
  const asked = [call.parameters['project_id'], call.headers['x-project-id']];
  if (!asked.every((id) => id === undefined || caller.projectIds.includes(id))) {
    return refusals?.project() ?? badToken(service);
  }
  return cloud.identity.may(permission)
    ? route.answer(call, cloud)
    : (refusals?.permission() ?? badToken(service));
};
