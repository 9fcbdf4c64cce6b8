import { describe, expect, it } from 'vitest';
import { classifyResponse } from '../../src/cloud/classification.ts';
import {
  explainCause,
  isCertificateCause,
  isUnsent,
  networkFailure,
} from '../../src/cloud/network-failure.ts';
import { readErrorOfSuccess, readVendorError } from '../../src/cloud/vendor-error.ts';
import type { FailureKind } from '../../src/domain/outcome.ts';
import { ERRORS, sentTo } from './support.ts';

type Row = readonly [status: number, code: string | undefined, kind: FailureKind, transient: boolean];

const classify = (operation: string, status: number, code: string | undefined, statedStatus?: number) =>
  classifyResponse(operation, status, { code, text: undefined, statedStatus }, ERRORS);

describe('an error response', () => {
  it.each<Row>([
    [301, undefined, 'refused', false],
    [304, undefined, 'refused', false],
    [400, 'GES.7000', 'refused', false],
    [408, 'GES.7005', 'server', true],
    [400, 'GES.7006', 'server', true],
    [200, 'GES.7006', 'server', true],
    [400, 'GES.7041', 'permission', false],
    [200, 'GES.7041', 'permission', false],
    [200, 'GES.7000', 'refused', false],
    [401, undefined, 'auth', false],
    [401, 'APIGW.0301', 'auth', false],
    [401, 'APIGW.0307', 'auth', false],
    [403, 'DBS.280056', 'auth', false],
    [403, undefined, 'permission', false],
    [403, 'APIGW.0302', 'permission', false],
    [401, 'APIGW.0304', 'permission', false],
    [403, 'APIGW.0306', 'permission', false],
    [403, 'APIGW.0310', 'permission', false],
    [403, 'APIGW.0802', 'permission', false],
    [408, undefined, 'server', true],
    [413, undefined, 'refused', false],
    [413, 'APIGW.0308', 'throttled', true],
    [429, undefined, 'throttled', true],
    [429, 'APIGW.0308', 'throttled', true],
    [494, undefined, 'refused', false],
    [500, undefined, 'server', false],
    [500, 'GES.9999', 'server', false],
    [500, 'DBS.200022', 'server', true],
    [501, undefined, 'server', false],
    [502, undefined, 'server', true],
    [503, 'APIGW.0613', 'server', true],
    [504, undefined, 'server', true],
  ])('%i %s counts as %s, transient: %s', (status, code, kind, transient) => {
    expect(classify('list_backups', status, code)).toEqual({ kind, transient });
  });

  it.each([
    [401, undefined, 'auth'],
    [403, undefined, 'auth'],
    [403, 'APIGW.0302', 'auth'],
    [400, 401, 'auth'],
    [400, 403, 'auth'],
    [400, 400, 'refused'],
    [400, undefined, 'refused'],
    [404, undefined, 'refused'],
    [429, undefined, 'throttled'],
    [503, undefined, 'server'],
  ] as const)('to a sign-in, %i with a stated %s, counts as %s', (status, stated, kind) => {
    const [code, statedStatus] = typeof stated === 'string' ? [stated, undefined] : [undefined, stated];

    expect(classify('sign_in', status, code, statedStatus).kind).toBe(kind);
  });
});

describe('a request without a complete response', () => {
  it.each([
    ['network', 'ECONNREFUSED', { kind: 'network', transient: true }],
    ['network', 'ENOTFOUND', { kind: 'network', transient: true }],
    ['network', 'CERT_HAS_EXPIRED', { kind: 'network', transient: false }],
    ['network', 'ERR_SSL_WRONG_VERSION_NUMBER', { kind: 'network', transient: false }],
    ['network', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', { kind: 'network', transient: true }],
    ['network', 'UND_ERR_INVALID_ARG', { kind: 'network', transient: false }],
    ['network', 'PROXY_407', { kind: 'network', transient: false }],
    ['network', 'PROXY_403', { kind: 'network', transient: false }],
    ['network', 'PROXY_502', { kind: 'network', transient: true }],
    ['timeout', undefined, { kind: 'timeout', transient: true }],
    ['unreadable', 'UND_ERR_HEADERS_OVERFLOW', { kind: 'malformed', transient: false }],
  ] as const)('%s %s counts as %j', (fault, cause, expected) => {
    const { failure, transient } = networkFailure({ fault, cause, detail: undefined }, sentTo('ges.example'));

    expect({ kind: failure.details.kind, transient }).toEqual(expected);
  });

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('%s is a certificate error', (cause) => {
    expect(isCertificateCause(cause)).toBe(true);
  });
});

describe('the cause of a failed connection', () => {
  it.each([
    ['CERT_HAS_EXPIRED', /expired/, /clock/],
    ['CERT_NOT_YET_VALID', /not valid yet/, /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name/, /host name of the endpoint/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /unknown certificate authority/, /ca_file/],
    ['CERT_REVOKED', /cannot be trusted/, /certificate of the server/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS on this port/, /port of the endpoint/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /older than 1\.2/, /update/],
    ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', /handshake/, /endpoint/],
    ['PROXY_407', /user name and password/, /USER:PASSWORD/],
    ['PROXY_403', /the proxy returned 403/, /allows connections/],
    ['ENOTFOUND', /cannot be resolved|can be resolved/, /region/],
  ])('%s is explained, with advice', (cause, happened, advice) => {
    const explained = explainCause(cause);

    expect(explained?.happened).toMatch(happened);
    expect(explained?.advice).toMatch(advice);
  });

  it.each([
    ['ECONNREFUSED', true],
    ['CERT_HAS_EXPIRED', true],
    ['CERT_REVOKED', true],
    ['PROXY_502', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['ECONNRESET', false],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', false],
    [undefined, false],
  ])('%s means that nothing was sent: %s', (cause, unsent) => {
    expect(isUnsent(cause)).toBe(unsent);
  });
});

describe('the error in the body of a response', () => {
  it.each([
    [{ error_code: 'GES.7041', error_msg: 'No.' }, 'GES.7041', 'No.', undefined],
    [{ error_code: 'APIGW.0301', error_msg: 'No.', request_id: 'x' }, 'APIGW.0301', 'No.', undefined],
    [{ errorCode: 'GES.7006', errorMessage: 'No.' }, 'GES.7006', 'No.', undefined],
    [{ errCode: 'GES.7007', externalMessage: 'No.' }, 'GES.7007', 'No.', undefined],
    [{ error: { code: 401, message: 'No.', title: 'Unauthorized' } }, undefined, 'No.', 401],
    [{ error: { code: 'IAM.0001', message: 'No.' } }, 'IAM.0001', 'No.', undefined],
    [{ error: { title: 'Forbidden' } }, undefined, 'Forbidden', undefined],
    [{ error: 'No.' }, undefined, 'No.', undefined],
    [{ error_code: 7041, error_msg: null }, '7041', undefined, undefined],
    [{ error_code: '', error_msg: '' }, undefined, undefined, undefined],
    [{ error_code: { a: 1 }, error_msg: ['x'] }, undefined, undefined, undefined],
    [['No.'], undefined, undefined, undefined],
    [undefined, undefined, undefined, undefined],
  ])('%j is parsed', (body, code, text, statedStatus) => {
    expect(readVendorError(body)).toEqual({ code, text, statedStatus });
  });

  it.each([
    { backupList: [], errorCode: '', errorMessage: '' },
    { backups: [], error_code: null },
    { backups: [], error_code: 0 },
    { backups: [] },
    [],
  ])('is not found in %j with status 200', (body) => {
    expect(readErrorOfSuccess(body)).toBeUndefined();
  });

  it.each([{ errorCode: 'GES.7041' }, { error_code: 'GES.7041' }])(
    'is found in %j with status 200',
    (body) => {
      expect(readErrorOfSuccess(body)?.code).toBe('GES.7041');
    },
  );
});
