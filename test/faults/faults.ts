import type { Outcome } from '../../src/domain/outcome.ts';
import type { SimulatedFault } from '../../src/services/simulated-cloud.ts';
import type { Call } from './calls.ts';

/** How a fault is caused: injected into the cloud, or at the endpoint in front of it. */
export type Cause =
  | { readonly kind: 'injected'; readonly fault: SimulatedFault }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'certificate'; readonly of: 'another authority' | 'another host' };

/** The expected outcome of a poll during a fault. */
export interface Expectation {
  readonly outcome: Outcome;
  /** Requests of the affected call; a pair is minimum and maximum, as pages are requested ahead. */
  readonly requests: number | readonly [least: number, most: number];
}

/** A fault and its expected outcome. */
export interface Fault {
  readonly name: string;
  readonly cause: (call: Call) => Cause;
  /** Undefined for a call that cannot have the fault. */
  readonly expect: (call: Call) => Expectation | undefined;
  /** The response never ends, so the test sets a short timeout. */
  readonly endless?: 'request' | 'poll';
}

const TRIES = 3;

const once = (outcome: Outcome): Expectation => ({ outcome, requests: 1 });
const thrice = (outcome: Outcome): Expectation => ({ outcome, requests: TRIES });
/** A rejected token is replaced once, and the request retried with the new one. */
const twice = (outcome: Outcome): Expectation => ({ outcome, requests: 2 });

/** An open connection breaks, which may cost a request before a new one presents the certificate. */
const untrusted: Expectation = { outcome: 'network', requests: [1, 2] };

const everywhere = (expectation: Expectation) => () => expectation;
const onLists = (expectation: Expectation) => (call: Call) =>
  call.returns === 'token' ? undefined : expectation;
const splitBySignIn = (signIn: Expectation, lists: Expectation) => (call: Call) =>
  call.returns === 'token' ? signIn : lists;

const fault = (
  name: string,
  injected: SimulatedFault,
  expect: Fault['expect'],
  more: Partial<Fault> = {},
): Fault => ({ name, cause: () => ({ kind: 'injected', fault: injected }), expect, ...more });

// A sign-in without a response may have been rejected, which counts towards the account lock: it is not retried at once.
const CONNECTION: readonly Fault[] = [
  { name: 'connection refused', cause: () => ({ kind: 'refuse' }), expect: everywhere(thrice('network')) },
  {
    name: 'certificate of another authority',
    cause: () => ({ kind: 'certificate', of: 'another authority' }),
    expect: everywhere(untrusted),
  },
  {
    name: 'certificate of another host',
    cause: () => ({ kind: 'certificate', of: 'another host' }),
    expect: everywhere(untrusted),
  },
  fault('reset before the response', { kind: 'reset' }, everywhere(thrice('network'))),
  fault('reset in the body', { kind: 'reset-in-body' }, everywhere(thrice('network'))),
  fault('no response', { kind: 'no-response' }, splitBySignIn(once('timeout'), thrice('timeout')), {
    endless: 'request',
  }),
  fault(
    'one byte a second',
    { kind: 'drip', secondsPerByte: 1 },
    splitBySignIn(once('timeout'), thrice('timeout')),
    {
      endless: 'request',
    },
  ),
];

const GIBIBYTE = 2 ** 30;

const BODIES: readonly Fault[] = [
  fault('200 with HTML', { kind: 'html' }, everywhere(once('malformed'))),
  fault('200 without a body', { kind: 'empty' }, everywhere(once('malformed'))),
  fault('cut JSON', { kind: 'cut-json' }, everywhere(once('malformed'))),
  ...[[1, 'two', null], 'text', 42, null, {}, { error: {} }, { backups: 'none', total_count: 1 }].map(
    (body) =>
      fault(`200 with ${JSON.stringify(body)}`, { kind: 'wrong-shape', body }, everywhere(once('malformed'))),
  ),
  fault('2 GiB of JSON', { kind: 'huge-body', bytes: 2 * GIBIBYTE }, everywhere(once('malformed'))),
  fault('objects nested 100,000 deep', { kind: 'deep-nesting' }, everywhere(once('malformed'))),
  fault('header of 80 KiB', { kind: 'big-header', bytes: 80 * 1024 }, everywhere(once('malformed'))),
  fault('header of 40 KiB', { kind: 'big-header', bytes: 40 * 1024 }, everywhere(once('success'))),
];

const PAGING: readonly Fault[] = [
  fault('endless pages', { kind: 'endless-paging' }, onLists({ outcome: 'timeout', requests: [2, 10_000] }), {
    endless: 'poll',
  }),
  // Two walks read the same rows, so they are served, and the difference from the total is `unlisted`.
  fault('one page forever', { kind: 'repeated-page' }, onLists({ outcome: 'success', requests: [4, 20] })),
];

const status = (
  code: number,
  expect: Fault['expect'],
  what: { readonly name?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Fault =>
  fault(
    `${code}${what.name === undefined ? '' : ` ${what.name}`}`,
    { kind: 'status', status: code, body: what.body, headers: what.headers ?? {} },
    expect,
  );

const STATUSES: readonly Fault[] = [
  fault(
    '301 to elsewhere',
    { kind: 'redirect', location: 'http://127.0.0.1:1/' },
    everywhere(once('refused')),
  ),
  fault(
    '302 to a login page',
    { kind: 'redirect', status: 302, location: 'http://127.0.0.1:1/login' },
    everywhere(once('refused')),
  ),
  status(400, everywhere(once('refused'))),
  status(401, splitBySignIn(once('auth'), twice('auth'))),
  status(403, splitBySignIn(once('auth'), once('permission'))),
  status(404, everywhere(once('refused'))),
  status(408, everywhere(thrice('server'))),
  status(413, everywhere(once('refused'))),
  status(494, everywhere(once('refused'))),
  status(500, everywhere(once('server'))),
  status(502, everywhere(thrice('server')), { name: 'with HTML', body: '<html>Bad Gateway</html>' }),
  status(503, everywhere(thrice('server'))),
  status(504, everywhere(thrice('server'))),
];

const THROTTLED = everywhere(thrice('throttled'));
/** On the clock of the simulated cloud, which its Date header has. */
const retryDate = (inSeconds: number, now: number) => new Date((now + inSeconds) * 1000).toUTCString();

const throttling = (now: number): readonly Fault[] => [
  status(429, THROTTLED, { name: 'without Retry-After' }),
  status(429, THROTTLED, { name: 'Retry-After: 7', headers: { 'Retry-After': '7' } }),
  status(429, THROTTLED, {
    name: 'Retry-After: a date in 20 s',
    headers: { 'Retry-After': retryDate(20, now) },
  }),
  // It would end long after the poll, so the call is left to the next one.
  status(429, everywhere(once('throttled')), {
    name: 'Retry-After: 99999999999',
    headers: { 'Retry-After': '99999999999' },
  }),
  ...['-5', 'soon', ''].map((value) =>
    status(429, THROTTLED, {
      name: `Retry-After: ${JSON.stringify(value)}`,
      headers: { 'Retry-After': value },
    }),
  ),
];

/** The minimum pause for each kind of Retry-After, in seconds. */
export const LEAST_PAUSES: Readonly<Record<string, number>> = {
  '429 Retry-After: 7': 7,
  '429 Retry-After: a date in 20 s': 20,
};

type Documented = readonly [status: number, code: string, expectation: Expectation];

const refused = once('refused');
const permission = once('permission');
const transient = thrice('server');

const GES_ERRORS: readonly Documented[] = [
  [400, 'GES.0001', refused],
  [400, 'GES.7000', refused],
  [400, 'GES.7001', refused],
  [400, 'GES.7002', refused],
  [400, 'GES.7004', transient],
  [408, 'GES.7005', transient],
  [400, 'GES.7006', transient],
  [400, 'GES.7007', refused],
  [400, 'GES.7019', refused],
  [400, 'GES.7024', refused],
  [400, 'GES.7041', permission],
  [400, 'GES.7042', refused],
  [400, 'GES.7051', transient],
  [400, 'GES.7054', refused],
];

const GAUSSDB_ERRORS: readonly Documented[] = [
  [400, 'DBS.200001', refused],
  [400, 'DBS.280001', refused],
  [400, 'DBS.290000', refused],
  [400, 'DBS.280439', refused],
  [403, 'DBS.280056', twice('auth')],
  [403, 'DBS.280015', permission],
  [403, 'DBS.200044', permission],
  [403, 'DBS.200010', permission],
  [404, 'DBS.200002', refused],
  [404, 'DBS.200045', refused],
  [409, 'DBS.200019', refused],
  [409, 'DBS.200047', refused],
  [409, 'DBS.201205', refused],
  [500, 'DBS.200412', transient],
];

const GATEWAY_ERRORS: readonly Documented[] = [
  [401, 'APIGW.0301', twice('auth')],
  [401, 'APIGW.0307', twice('auth')],
  [403, 'APIGW.0302', permission],
  [403, 'APIGW.0304', permission],
  [403, 'APIGW.0306', permission],
  [403, 'APIGW.0310', permission],
  [403, 'APIGW.0802', permission],
  [429, 'APIGW.0308', thrice('throttled')],
  [503, 'APIGW.0613', transient],
];

const IAM_ERRORS: readonly (readonly [status: number, stated: number, Expectation])[] = [
  [400, 400, refused],
  [401, 401, once('auth')],
  [403, 403, once('auth')],
  [404, 404, refused],
  [400, 401, once('auth')],
  [429, 429, thrice('throttled')],
  [500, 500, once('server')],
  [503, 503, transient],
];

const snakeBody = (code: string) => ({ error_code: code, error_msg: 'It was refused.' });
const camelBody = (code: string) => ({ errorCode: code, errorMessage: 'It was refused.' });
const gatewayBody = (code: string) => ({ ...snakeBody(code), request_id: '1' });

/** The documented errors of a service, in the format of its API. */
const documented = (
  errors: readonly Documented[],
  bodyOf: (call: Call, code: string) => unknown | undefined,
): readonly Fault[] =>
  errors.map(([code, name, expectation]) => ({
    name: `${code} ${name}`,
    cause: (call) => ({
      kind: 'injected',
      fault: { kind: 'status', status: code, body: bodyOf(call, name) },
    }),
    expect: (call) => (bodyOf(call, name) === undefined ? undefined : expectation),
  }));

const gesBody = ({ api }: Call, code: string): unknown => {
  if (api === 'ges') return snakeBody(code);
  return api === 'ges-v1' ? camelBody(code) : undefined;
};

const onlyIn =
  (api: Call['api'], body: (code: string) => unknown) =>
  (call: Call, code: string): unknown =>
    call.api === api ? body(code) : undefined;

const DOCUMENTED: readonly Fault[] = [
  ...documented(GES_ERRORS, gesBody),
  // v1.0 may report an error in a response with status 200.
  ...documented(
    [
      [200, 'GES.7041', permission],
      [200, 'GES.7051', transient],
    ],
    onlyIn('ges-v1', camelBody),
  ),
  ...documented(GAUSSDB_ERRORS, onlyIn('gaussdb', snakeBody)),
  ...documented(GATEWAY_ERRORS, ({ api }, code) => (api === 'iam' ? undefined : gatewayBody(code))),
  ...IAM_ERRORS.map(([code, stated, expectation]) =>
    status(code, (call) => (call.api === 'iam' ? expectation : undefined), {
      name: `IAM ${stated}`,
      body: { error: { code: stated, message: 'It was refused.', title: 'Refused' } },
    }),
  ),
];

/** Every fault of the matrix, for a cloud whose clock is at `now`. */
export const faultsAt = (now: number): readonly Fault[] => [
  ...CONNECTION,
  ...BODIES,
  ...PAGING,
  ...STATUSES,
  ...throttling(now),
  ...DOCUMENTED,
];
