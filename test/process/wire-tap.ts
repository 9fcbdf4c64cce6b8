import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A server between the exporter and the cloud that sees every secret on the wire, and may give them all back. */
export interface WireTap {
  readonly origin: string;
  /** Every secret that passed by, in headers and bodies of both directions. */
  readonly secrets: ReadonlySet<string>;
  /** Answers from now on with what was asked, headers and body, in the shape of one error after the other. */
  readonly giveBack: () => void;
  readonly passOn: () => void;
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

/** Starts a tap on the way to a cloud. */
export async function startWireTap(target: string): Promise<WireTap> {
  const { hostname, port } = new URL(target);
  const secrets = new Set<string>();
  let givesBack = false;
  let answers = 0;

  /** What was given back. It may be used as a session token later, and is no secret for that. */
  const givenBack = new Set<string>();
  const noteHeaders = (headers: IncomingMessage['headers']): void => {
    for (const name of SECRET_HEADERS) {
      const value = headers[name];
      if (typeof value !== 'string' || givenBack.has(value)) continue;
      const signature = /Signature=(\S+)/.exec(value)?.[1];
      secrets.add(signature ?? value);
    }
  };
  const noteStrings = (value: unknown): void => {
    if (typeof value === 'string') secrets.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(noteStrings);
  };

  const server = createServer(async (incoming, outgoing) => {
    const body = await readAll(incoming);
    if (givesBack) {
      noteHeaders(incoming.headers);
      answers += 1;
      givenBack.add(answerWithAll(incoming, body, outgoing, answers).trim());
      return;
    }
    const { method, url: path, headers } = incoming;
    noteHeaders(headers);
    const upstream = request({ hostname, port, method, path, headers }, async (answer) => {
      const text = await readAll(answer);
      noteHeaders(answer.headers);
      if (path?.startsWith('/openstack/')) noteStrings(credentialOf(text));
      if (path?.startsWith('/meta-data/') && text !== '') secrets.add(text);
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(text);
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
    giveBack: () => {
      givesBack = true;
    },
    passOn: () => {
      givesBack = false;
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

/** The keys that the metadata service gives; its other values are no secrets. */
function credentialOf(text: string): unknown {
  try {
    const { access, secret, securitytoken } = JSON.parse(text).credential;
    return { access, secret, securitytoken };
  } catch {
    return undefined;
  }
}

function answerWithAll(
  incoming: IncomingMessage,
  body: string,
  outgoing: ServerResponse,
  count: number,
): string {
  const asked = `${JSON.stringify(incoming.headers)} ${body}`;
  const token = SECRET_HEADERS.map((name) => incoming.headers[name]).find((value) => value !== undefined);
  const secret = String(token ?? body);
  const shapes: readonly (readonly [status: number, body: unknown])[] = [
    [401, { error_code: 'APIGW.0301', error_msg: `bad token ${secret}`, request_id: secret }],
    [400, { error_code: secret, error_msg: asked }],
    [403, { errorCode: 'GES.7041', errorMessage: asked }],
    [500, { error: { code: 500, message: asked, title: secret } }],
    [401, { error: { code: 401, message: `${secret} is wrong`, title: 'Unauthorized' } }],
    [200, asked],
    [200, { error_code: 'X', error_msg: secret }],
    [404, `<html><body>${asked}</body></html>`],
    [301, ''],
    [429, { error_msg: `${secret}\n${secret}`, message: secret }],
  ];
  const [status, answer] = shapes[count % shapes.length] ?? [500, ''];
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const short = encodeURIComponent(secret).slice(0, 2000);
  outgoing
    .writeHead(status, {
      'Content-Type': `text/html; echo=${short}`,
      Location: `http://127.0.0.1:1/${short}`,
    })
    .end(text);
  return text;
}
