import type { ServerResponse } from 'node:http';
import { PASSWORD, PROJECT_ID, respondJson, type Seen, startServer, type TestServer } from './support.ts';

/** A token service and one list, as little of them as signing in needs. */
export interface SmallCloud extends TestServer {
  /** What it does; tests change it as they go. */
  readonly state: {
    password: string;
    issuedAt: number;
    life: number;
    passwordExpiresAt: string;
    tokens: Set<string>;
    /** Services (by the first segment of the path) that refuse every token. */
    refusing: Set<string>;
    /** Whether a path is refused, by how many requests there were before. */
    refuses: (url: string, count: number) => boolean;
    refusal: { readonly status: number; readonly body: unknown };
    /** Projects (by id) that the user is not allowed into; IAM answers 401 to that as well. */
    closedProjects: Set<string>;
    /** Answers the next sign-ins in place of the token service. */
    signInFault: ((response: ServerResponse) => void) | undefined;
  };
  readonly signIns: () => readonly Seen[];
  readonly lists: () => readonly Seen[];
}

const isSignIn = (seen: Seen): boolean =>
  seen.url.startsWith('/v3/auth/tokens') || seen.url.startsWith('/v3.0/OS-AUTH');

/** Starts a cloud that lets one user in. */
export async function startSmallCloud(): Promise<SmallCloud> {
  let issued = 0;
  const state: SmallCloud['state'] = {
    password: PASSWORD,
    issuedAt: 1_704_326_400,
    life: 24 * 60 * 60,
    passwordExpiresAt: '',
    tokens: new Set(),
    refusing: new Set(),
    closedProjects: new Set(),
    refuses: () => false,
    refusal: { status: 401, body: { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication' } },
    signInFault: undefined,
  };

  const iso = (moment: number): string => new Date(moment * 1000).toISOString().replace('Z', '000Z');

  const signIn = (seen: Seen, response: ServerResponse): void => {
    if (state.signInFault !== undefined) {
      state.signInFault(response);
      return;
    }
    if (!seen.body.includes(state.password)) {
      const message = 'The username or password is wrong.';
      respondJson(response, 401, { error: { code: 401, message, title: 'Unauthorized' } });
      return;
    }
    if ([...state.closedProjects].some((id) => seen.body.includes(id))) {
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

  const server = await startServer((seen, response) => {
    if (isSignIn(seen)) return signIn(seen, response);
    const service = seen.url.split('/')[1] ?? '';
    const token = String(seen.headers['x-auth-token']);
    const isRefused = state.refusing.has(service) || state.refuses(seen.url, server.requests.length);
    if (!state.tokens.has(token) || isRefused) {
      return respondJson(response, state.refusal.status, state.refusal.body);
    }
    respondJson(response, 200, { project: seen.url });
  });

  return {
    ...server,
    state,
    signIns: () => server.requests.filter(isSignIn),
    lists: () => server.requests.filter((seen) => !isSignIn(seen)),
  };
}
