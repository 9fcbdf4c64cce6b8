import type { ServerResponse } from 'node:http';
import {
  PASSWORD,
  PROJECT_ID,
  type ReceivedRequest,
  respondJson,
  startServer,
  type TestServer,
} from './support.ts';

/** A minimal token service and one list, for tests of signing in. */
export interface SmallCloud extends TestServer {
  /** Its behaviour, which tests can change. */
  readonly state: {
    password: string;
    issuedAt: number;
    life: number;
    passwordExpiresAt: string;
    tokens: Set<string>;
    /** Services (by the first segment of the path) that reject every token. */
    rejecting: Set<string>;
    /** Whether a request is rejected, by its path and the number of requests so far. */
    rejects: (url: string, count: number) => boolean;
    rejection: { readonly status: number; readonly body: unknown };
    /** Projects (by id) that the user has no access to; IAM responds 401 to that as well. */
    closedProjects: Set<string>;
    /** Responds to the next sign-ins instead of the token service. */
    signInFault: ((response: ServerResponse) => void) | undefined;
  };
  readonly signIns: () => readonly ReceivedRequest[];
  readonly lists: () => readonly ReceivedRequest[];
}

const isSignIn = (received: ReceivedRequest): boolean =>
  received.url.startsWith('/v3/auth/tokens') || received.url.startsWith('/v3.0/OS-AUTH');

/** Starts a cloud with one user. */
export async function startSmallCloud(): Promise<SmallCloud> {
  let issued = 0;
  const state: SmallCloud['state'] = {
    password: PASSWORD,
    issuedAt: 1_704_326_400,
    life: 24 * 60 * 60,
    passwordExpiresAt: '',
    tokens: new Set(),
    rejecting: new Set(),
    closedProjects: new Set(),
    rejects: () => false,
    rejection: { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication' } },
    signInFault: undefined,
  };

  const iso = (time: number): string => new Date(time * 1000).toISOString().replace('Z', '000Z');

  const signIn = (received: ReceivedRequest, response: ServerResponse): void => {
    if (state.signInFault !== undefined) {
      state.signInFault(response);
      return;
    }
    if (!received.body.includes(state.password)) {
      const message = 'The username or password is wrong.';
      respondJson(response, 401, { error: { code: 401, message, title: 'Unauthorized' } });
      return;
    }
    if ([...state.closedProjects].some((id) => received.body.includes(id))) {
      respondJson(response, 401, {
        error: { code: 401, message: 'No such project.', title: 'Unauthorized' },
      });
      return;
    }
    issued += 1;
    const token = `token-${issued}-${'Ab3+'.repeat(2000)}`;
    state.tokens.add(token);
    respondJson(
      response,
      201,
      {
        token: {
          expires_at: iso(state.issuedAt + state.life),
          issued_at: iso(state.issuedAt),
          project: { id: PROJECT_ID, name: 'cn-north-4' },
          user: { name: 'reader', password_expires_at: state.passwordExpiresAt },
        },
      },
      { 'x-subject-token': token },
    );
  };

  const server = await startServer((received, response) => {
    if (isSignIn(received)) return signIn(received, response);
    const service = received.url.split('/')[1] ?? '';
    const token = String(received.headers['x-auth-token']);
    const isRejected = state.rejecting.has(service) || state.rejects(received.url, server.requests.length);
    if (!state.tokens.has(token) || isRejected) {
      return respondJson(response, state.rejection.status, state.rejection.body);
    }
    respondJson(response, 200, { project: received.url });
  });

  return {
    ...server,
    state,
    signIns: () => server.requests.filter(isSignIn),
    lists: () => server.requests.filter((received) => !isSignIn(received)),
  };
}
