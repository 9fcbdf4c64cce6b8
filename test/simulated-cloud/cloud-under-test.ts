import { createHash, createHmac } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  type SimulatedCloud,
  type SimulatedCloudOptions,
  startSimulatedCloud,
} from '../../src/services/simulated-cloud.ts';

/** 2024-01-04T00:00:00Z, where the clocks of these tests start. */
export const START = 1_704_326_400;
export const DAY = 86_400;

/** A clock that a test advances. */
export const fakeClock = (start = START): { (): number; pass: (seconds: number) => void } => {
  let now = start;
  return Object.assign(() => now, {
    pass: (seconds: number) => {
      now += seconds;
    },
  });
};

/** A cloud with a clock that the test advances; stopped when the test ends. */
export const startCloud = async (
  options: Partial<SimulatedCloudOptions> = {},
): Promise<{ cloud: SimulatedCloud; clock: ReturnType<typeof fakeClock> }> => {
  const clock = fakeClock();
  const cloud = await startSimulatedCloud({ clock, ...options });
  onTestFinished(() => cloud.stop());
  return { cloud, clock };
};

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A response; a JSON body is parsed. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The rows in a body under a name. */
export const rowsOf = ({ body }: Received, name: string): JsonObject[] =>
  ((body ?? {}) as Readonly<Record<string, JsonObject[]>>)[name] ?? [];

const received = async (response: Response): Promise<Received> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
};

/** Sends a request without a token. */
export const send = async (cloud: SimulatedCloud, path: string, init: RequestInit = {}): Promise<Received> =>
  received(await fetch(`${cloud.origin}${path}`, { redirect: 'manual', ...init }));

/** GET with a fresh token; `{p}` in the path is the project's id. */
export const get = (
  cloud: SimulatedCloud,
  path: string,
  headers: Record<string, string> = { 'X-Auth-Token': cloud.issueToken() },
): Promise<Received> => send(cloud, path.replace('{p}', cloud.account.projectId), { headers });

/** POST of JSON with a fresh token; `{p}` in the path is the project's id. */
export const post = (cloud: SimulatedCloud, path: string, body: unknown): Promise<Received> =>
  send(cloud, path.replace('{p}', cloud.account.projectId), {
    method: 'POST',
    headers: { 'X-Auth-Token': cloud.issueToken(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The body of a password sign-in. */
export const passwordSignIn = (
  { user, domain, password, projectName }: SimulatedCloud['account'],
  scope: unknown = { project: { name: projectName } },
): unknown => ({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: user, password, domain: { name: domain } } },
    },
    scope,
  },
});

/** Signs a GET as the vendor describes it; `query` must be sorted and encoded. */
export const signedHeaders = (
  cloud: SimulatedCloud,
  path: string,
  query: string,
  key: { accessKey: string; secretKey: string; securityToken?: string },
  at: number,
): Record<string, string> => {
  const date = new Date(at * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const sent: Record<string, string> = {
    host: new URL(cloud.origin).host,
    'x-sdk-date': date,
    ...(key.securityToken === undefined ? {} : { 'x-security-token': key.securityToken }),
  };
  const names = Object.keys(sent).sort();
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [
    'GET',
    `${path}/`,
    query,
    ...names.map((name) => `${name}:${sent[name]}`),
    '',
    names.join(';'),
    sha256(''),
  ].join('\n');
  const signature = createHmac('sha256', key.secretKey)
    .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`)
    .digest('hex');
  const { host: _, ...headers } = sent;
  return {
    ...headers,
    Authorization: `SDK-HMAC-SHA256 Access=${key.accessKey}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
};
