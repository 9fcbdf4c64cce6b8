import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A server between the exporter and the cloud that collects every secret on the wire, and can echo them all. */
export interface WireTap {
  readonly origin: string;
  /** Every secret seen, in headers and bodies of both directions. */
  readonly secrets: ReadonlySet<string>;
  /** Responds from now on with the headers and body of each request, in the format of varying errors. */
  readonly echo: () => void;
  readonly forward: () => void;
  readonly stop: () => Promise<void>;
}

const SECRET_HEADERS = [
  'x-auth-token',
  'x-subject-token',
  'x-security-token',
  'x-metadata-token',
  'authorization',
  'proxy-authorization',
];

/** Starts a tap in front of a cloud. */
export async function startWireTap(target: string): Promise<WireTap> {
  const { hostname, port } = new URL(target);
  const secrets = new Set<string>();
  let isEchoing = false;
  let echoCount = 0;

  /** The echoed texts. One may be used as a session token later; that does not make it a secret. */
  const echoed = new Set<string>();
  const collectFromHeaders = (headers: IncomingMessage['headers']): void => {
    for (const name of SECRET_HEADERS) {
      const value = headers[name];
      if (typeof value !== 'string' || echoed.has(value)) continue;
      const signature = /Signature=(\S+)/.exec(value)?.[1];
      secrets.add(signature ?? value);
    }
  };
  const collectStrings = (value: unknown): void => {
    if (typeof value === 'string') secrets.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collectStrings);
  };

  const server = createServer(async (incoming, outgoing) => {
    const body = await readAll(incoming);
    if (isEchoing) {
      collectFromHeaders(incoming.headers);
      echoCount += 1;
      echoed.add(echoAll(incoming, body, outgoing, echoCount).trim());
      return;
    }
    const { method, url: path, headers } = incoming;
    collectFromHeaders(headers);
    const upstream = request({ hostname, port, method, path, headers }, async (response) => {
      const text = await readAll(response);
      collectFromHeaders(response.headers);
      if (path?.startsWith('/openstack/')) collectStrings(credentialOf(text));
      if (path?.startsWith('/meta-data/') && text !== '') secrets.add(text);
      outgoing.writeHead(response.statusCode ?? 500, response.headers).end(text);
    });
    upstream.on('error', () => outgoing.destroy());
    upstream.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const ownPort = typeof address === 'object' ? address?.port : 0;
  return {
    origin: `http://127.0.0.1:${ownPort}`,
    secrets,
    echo: () => {
      isEchoing = true;
    },
    forward: () => {
      isEchoing = false;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The keys from the metadata service; its other values are not secret. */
function credentialOf(text: string): unknown {
  try {
    const { access, secret, securitytoken } = JSON.parse(text).credential;
    return { access, secret, securitytoken };
  } catch {
    return undefined;
  }
}

function echoAll(incoming: IncomingMessage, body: string, outgoing: ServerResponse, count: number): string {
  const received = `${JSON.stringify(incoming.headers)} ${body}`;
  const token = SECRET_HEADERS.map((name) => incoming.headers[name]).find((value) => value !== undefined);
  const secret = String(token ?? body);
  const shapes: readonly (readonly [status: number, body: unknown])[] = [
    [401, { error_code: 'APIGW.0301', error_msg: `bad token ${secret}`, request_id: secret }],
    [400, { error_code: secret, error_msg: received }],
    [403, { errorCode: 'GES.7041', errorMessage: received }],
    [500, { error: { code: 500, message: received, title: secret } }],
    [401, { error: { code: 401, message: `${secret} is wrong`, title: 'Unauthorized' } }],
    [200, received],
    [200, { error_code: 'X', error_msg: secret }],
    [404, `<html><body>${received}</body></html>`],
    [301, ''],
    [429, { error_msg: `${secret}\n${secret}`, message: secret }],
  ];
  const [status, response] = shapes[count % shapes.length] ?? [500, ''];
  const text = typeof response === 'string' ? response : JSON.stringify(response);
  const short = encodeURIComponent(secret).slice(0, 2000);
  outgoing
    .writeHead(status, {
      'Content-Type': `text/html; echo=${short}`,
      Location: `http://127.0.0.1:1/${short}`,
    })
    .end(text);
  return text;
}
