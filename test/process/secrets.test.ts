import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCloud, startSimulatedCloud } from '../../src/services/simulated-cloud.ts';
import {
  eventually,
  runProgram,
  type ServingExporter,
  startExporter,
  temporaryDirectory,
} from '../support/exporter-process.ts';
import { startWireTap, type WireTap } from './wire-tap.ts';

const randomSecret = (): string => randomBytes(24).toString('base64url');

const ADMIN_PASSWORD = randomSecret();
const ADMIN_HASH = hashSync(ADMIN_PASSWORD, 4);
const PROXY_PASSWORD = randomSecret();
const PASTED = randomSecret();
const BASIC = `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`;

/** Everything that the programs output, and where. */
const outputs: { readonly where: string; readonly text: string }[] = [];
const record = (where: string, text: string): void => void outputs.push({ where, text });

const cleanups: (() => Promise<unknown>)[] = [];
let cloud: SimulatedCloud;
let tap: WireTap;
let files: Awaited<ReturnType<typeof temporaryDirectory>>;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  cloud = await startSimulatedCloud({ counts: { ges: 3, 'gaussdb-mysql': 1 }, temporaryKeyLife: 3600 });
  cleanups.push(cloud.stop);
  cloud.changePassword(randomSecret());
  cloud.changeSecretKey(randomSecret());
  cloud.changeIdToken(`${randomSecret()}.${randomSecret()}.${randomSecret()}`);
  tap = await startWireTap(cloud.origin);
  cleanups.push(tap.stop);
  files = await temporaryDirectory();
  cleanups.push(files.remove);
  environment = { HUAWEICLOUD_BACKUP_METADATA_ENDPOINT: tap.origin };
});
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Everything that must stay secret, including what was seen only on the wire. */
function allSecrets(): readonly string[] {
  const { account } = cloud;
  return [
    ...tap.secrets,
    account.password,
    account.accessKey,
    account.secretKey,
    account.temporaryKey.accessKey,
    account.temporaryKey.secretKey,
    account.temporaryKey.securityToken,
    account.oidc.idToken,
    ADMIN_PASSWORD,
    ADMIN_HASH,
    BASIC,
    BASIC.replace('Basic ', ''),
    PROXY_PASSWORD,
    PASTED,
  ];
}

const PIECE = 16;

/** The parts of a secret, each of which would be a leak as well. */
const piecesOf = (secret: string): readonly string[] =>
  secret.length < 2 * PIECE
    ? [secret]
    : Array.from({ length: Math.floor(secret.length / PIECE) }, (_, index) =>
        secret.slice(index * PIECE, (index + 1) * PIECE),
      );

/** The leaked secrets, and where. */
function leaks(): readonly string[] {
  const secrets = new Set(allSecrets().flatMap(piecesOf));
  return outputs.flatMap(({ where, text }) =>
    Array.from(secrets)
      .filter((secret) => text.includes(secret))
      .map((secret) => `${where}: ${secret}`),
  );
}

/** A project for each type of credentials, and one whose proxy requires a password. */
async function configuration(): Promise<string> {
  const { user, domain, password, accessKey, secretKey, temporaryKey, oidc, region, projectId } =
    cloud.account;
  const ways: Readonly<Record<string, object>> = {
    'password-inline': { type: 'password', user, domain, password },
    'password-file': {
      type: 'password',
      user,
      domain,
      password_file: await files.write('password', password),
    },
    'key-inline': { type: 'access-key', access_key: accessKey, secret_key: secretKey },
    'key-files': {
      type: 'access-key',
      access_key: temporaryKey.accessKey,
      secret_key_file: await files.write('secret-key', temporaryKey.secretKey),
      security_token_file: await files.write('security-token', temporaryKey.securityToken),
    },
    agency: { type: 'ecs-agency' },
    workload: { type: 'oidc', idp_id: oidc.idpId, token_file: await files.write('id-token', oidc.idToken) },
    token: { type: 'token', token: cloud.issueToken() },
  };
  const projects = Object.entries(ways).map(([name, credentials]) => ({
    name,
    region,
    project_id: projectId,
    iam_endpoint: tap.origin,
    credentials,
    services: [
      { type: 'ges', endpoint: tap.origin },
      { type: 'gaussdb-mysql', endpoint: tap.origin },
    ],
  }));
  return JSON.stringify({
    poll: { interval: '1s' },
    rpo: { default: 'policy' },
    projects: [
      ...projects,
      {
        ...projects[0],
        name: 'proxied',
        // Loopback is not proxied.
        iam_endpoint: 'https://iam.example',
        services: [{ type: 'ges', endpoint: 'https://ges.example' }],
        proxy_url: `http://scraper:${PROXY_PASSWORD}@127.0.0.1:1`,
      },
    ],
  });
}

/** Configurations with a secret pasted into the wrong place, or broken around it. */
const mistakes = (): readonly string[] => {
  const { region } = cloud.account;
  const withCredentials = (credentials: unknown, more: object = {}): string =>
    JSON.stringify({ projects: [{ region, credentials, services: [{ type: 'ges' }], ...more }] });
  const lines = (secret: string): string =>
    `projects:\n  - region: ${region}\n    credentials:\n      type: password\n      user: u\n      domain: d\n      ${secret}\n    services: [{ type: ges }]\n`;
  return [
    withCredentials({ type: 'password', user: 'u', domain: 'd', password: [PASTED] }),
    withCredentials({ type: 'password', user: 'u', domain: 'd', password: { value: PASTED } }),
    withCredentials({ type: 'password', user: 'u', domain: 'd', pasword: PASTED }),
    withCredentials({ type: 'access-key', access_key: [PASTED], secret_key: `${PASTED}\n${PASTED}` }),
    withCredentials({ type: 'token', token: `${PASTED} ${PASTED}` }),
    withCredentials({ type: 'ecs-agency', secret_key: PASTED }),
    withCredentials(PASTED),
    withCredentials({ type: 'ecs-agency' }, { proxy_url: `htp://u:${PASTED}@proxy:3128` }),
    withCredentials({ type: 'ecs-agency' }, { proxy_url: `http://u:${PASTED}@proxy:999999` }),
    withCredentials({ type: 'ecs-agency' }, { iam_endpoint: `https://u:${PASTED}@iam.test` }),
    lines(`password: "${PASTED}`),
    lines(`password: [${PASTED}`),
    lines(`password: ${PASTED}: ${PASTED}`),
    lines(`password:${PASTED}`),
    lines(`password: @${PASTED}`),
    lines(`password: |\n  ${PASTED}`),
    lines(`password: *${PASTED}`),
  ];
};

async function requestPages(exporter: ServingExporter, where: string): Promise<void> {
  const paths = ['/', '/metrics', '/api/v1/status', '/-/healthy', '/-/ready', '/no/such/path', '/-/reload'];
  for (const path of paths) {
    for (const authorization of [BASIC, 'Basic d3Jvbmc6d3Jvbmc=', '']) {
      const response = await exporter.get(path, authorization === '' ? {} : { authorization });
      record(`${where} ${path}`, `${JSON.stringify([...response.headers])}\n${await response.text()}`);
    }
  }
}

const reload = async (exporter: ServingExporter): Promise<void> => {
  const response = await fetch(`${exporter.origin}/-/reload`, {
    method: 'POST',
    headers: { authorization: BASIC },
  });
  record('POST /-/reload', await response.text());
};

const LEVEL = ['--log.level', 'debug'];

describe('a secret, token or key', () => {
  it('is never in the output of a command, page, metric, log line or file, whatever goes wrong', {
    timeout: 120_000,
  }, async () => {
    const config = await files.write('config.yml', await configuration());
    const webConfig = await files.write(
      'web.yml',
      JSON.stringify({ basic_auth_users: { admin: ADMIN_HASH } }),
    );
    let commands = 0;
    const run = async (
      args: readonly string[],
      more: Readonly<Record<string, string>> = {},
    ): Promise<void> => {
      const { output, errors } = await runProgram(args, { ...environment, ...more });
      commands += 1;
      record(args.join(' '), `${output}\n${errors}`);
    };
    const runAll = async (): Promise<void> => {
      const one = ['--config.file', config, '--project'];
      await Promise.all([
        run(['check', '--config.file', config]),
        run(['check', '--config.file', config, '--json', '--strict']),
      ]);
      const graph = cloud.resources()[0]?.id ?? '';
      await Promise.all([
        run(['backups', 'list', ...one, 'password-inline', '--json']),
        run(['backups', 'create', ...one, 'key-inline', '--resource', graph, '--yes', '--json']),
      ]);
      const toObs = ['--resource', graph, '--backup', 'latest', '--to', 'bucket/folder/', '--yes'];
      await Promise.all([
        run(['backups', 'export', ...one, 'agency', ...toObs]),
        run(['backfill', '--config.file', config, '--since', '2d']),
      ]);
    };

    const exporter = await startExporter(
      [
        ...['--config.file', config, '--web.config.file', webConfig, '--web.enable-lifecycle'],
        ...['--state.file', files.path('state'), ...LEVEL],
      ],
      environment,
    );
    cleanups.push(exporter.stop);
    const requestCount = () => cloud.requests.length;
    await eventually(async () => (await exporter.get('/-/ready')).status === 200, 30);
    await requestPages(exporter, 'without errors:');
    await runAll();

    tap.echo();
    await exporter.get('/-/healthy');
    await runAll();
    await requestPages(exporter, 'errors that echo everything:');
    for (const mistake of mistakes()) {
      await files.write('config.yml', mistake);
      await reload(exporter);
    }
    await files.write('config.yml', mistakes()[0] ?? '');
    await Promise.all([run(['check', '--offline', '--config.file', config]), run(['--config.file', config])]);
    await run(['check'], {
      HW_ACCESS_KEY: PASTED,
      HW_SECRET_KEY: `${PASTED}\u0007`,
      HW_REGION_NAME: cloud.account.region,
    });

    tap.forward();
    await files.write('config.yml', await configuration());
    await reload(exporter);
    const before = requestCount();
    cloud.revokeTokens();
    cloud.revokeTemporaryKeys();
    await eventually(() => requestCount() > before + 40, 30);
    cloud.changePassword(randomSecret());
    cloud.changeSecretKey(randomSecret());
    cloud.deny('ges:backup:list');
    const again = requestCount();
    await eventually(() => requestCount() > again + 40, 30);
    await requestPages(exporter, 'rejected:');
    const { output, errors } = await exporter.stop();
    record('serve', `${output}\n${errors}`);
    record('state file', await readFile(files.path('state'), 'utf8'));

    const bytes = outputs.reduce((sum, { text }) => sum + text.length, 0);
    expect(errors).toMatch(/level=debug msg=request /);
    expect(tap.secrets.size).toBeGreaterThan(100);
    expect(leaks()).toEqual([]);
    for (const { text } of outputs) expect(text).not.toMatch(/SDK-HMAC-SHA256|Basic [A-Za-z0-9+/]{8,}/);
    process.stdout.write(
      `${allSecrets().length} secrets searched in ${Math.round(bytes / 1024)} KiB of ${outputs.length} texts of ${commands} commands, pages and logs; none found\n`,
    );
  });

  it('would be found if it leaked', () => {
    const before = outputs.length;
    record('a planted leak', `… ${ADMIN_HASH.slice(20, 52)} …`);

    const found = leaks();
    outputs.length = before;

    expect(found.some((leak) => leak.startsWith('a planted leak: '))).toBe(true);
  });
});
