import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import type { ListFault } from './cloud-state.ts';
import type { SimulatedFault } from './options.ts';
import type { SimulatedResponse } from './response.ts';

/** Handles the request, side effects included, and returns the correct response. */
export type Respond = (listFault?: ListFault) => Promise<SimulatedResponse>;

interface Payload {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const JSON_TYPE = 'application/json;charset=utf8';
const WEB_PAGE =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n';
const CHUNK = 64 * 1024;

const payloadOf = ({ status, headers = {}, body }: SimulatedResponse): Payload => {
  if (body === undefined) {
    return { status, headers, body: Buffer.alloc(0) };
  }
  const isText = typeof body === 'string';
  const isRaw = isText || body instanceof Uint8Array;
  return {
    status,
    headers: { 'Content-Type': isRaw ? 'text/plain' : JSON_TYPE, ...headers },
    body: isRaw ? Buffer.from(body) : Buffer.from(JSON.stringify(body)),
  };
};

const sendHead = (response: ServerResponse, { status, headers, body }: Payload): void => {
  response.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
};

const send = (response: ServerResponse, payload: Payload): void => {
  sendHead(response, payload);
  response.end(payload.body);
};

/** Closes the connection, with a reset where the socket supports it. */
const cutConnection = ({ socket }: ServerResponse): void => {
  if (socket && !(socket instanceof TLSSocket)) {
    socket.resetAndDestroy();
  } else {
    socket?.destroy();
  }
};

const sendHalf = (response: ServerResponse, payload: Payload): void => {
  sendHead(response, payload);
  const half = payload.body.subarray(0, Math.ceil(payload.body.length / 2));
  // Not a reset, which could overtake the data.
  response.write(half, () => response.socket?.destroy());
};

const drip = (response: ServerResponse, payload: Payload, secondsPerByte: number): void => {
  sendHead(response, payload);
  response.flushHeaders();
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < payload.body.length) {
      response.write(payload.body.subarray(sent, sent + 1));
      sent += 1;
    } else {
      clearInterval(timer);
      response.end();
    }
  }, secondsPerByte * 1000);
  response.once('close', () => clearInterval(timer));
};

function* hugeBody(size: number): Generator<Buffer> {
  const [opening, closing] = ['{"padding":"', '"}'];
  const chunk = Buffer.alloc(CHUNK, 'x');
  yield Buffer.from(opening);
  for (let left = size - opening.length - closing.length; left > 0; left -= CHUNK) {
    yield chunk.subarray(0, Math.min(left, CHUNK));
  }
  yield Buffer.from(closing);
}

const sendHuge = async (response: ServerResponse, size: number): Promise<void> => {
  response.writeHead(200, { 'Content-Type': JSON_TYPE });
  // A client that has read enough closes the connection.
  await pipeline(Readable.from(hugeBody(size)), response).catch(() => undefined);
};

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;

const later = (response: ServerResponse, seconds: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    response.once('close', () => clearTimeout(timer));
  });

const json = (text: string | Buffer): Payload => ({
  status: 200,
  headers: { 'Content-Type': JSON_TYPE },
  body: Buffer.from(text),
});

/** Sends the correct response, or a fault instead of it. */
export const deliver = async (
  response: ServerResponse,
  fault: SimulatedFault | undefined,
  respond: Respond,
): Promise<void> => {
  const correctPayload = async (): Promise<Payload> => payloadOf(await respond());
  if (fault === undefined) return send(response, await correctPayload());
  switch (fault.kind) {
    case 'status':
      return send(response, payloadOf({ body: undefined, ...fault }));
    case 'reset':
      return cutConnection(response);
    case 'reset-in-body':
      return sendHalf(response, await correctPayload());
    case 'no-response':
      return undefined;
    case 'drip':
      return drip(response, await correctPayload(), fault.secondsPerByte ?? 1);
    case 'html':
      return send(
        response,
        payloadOf({ status: 200, headers: { 'Content-Type': 'text/html' }, body: WEB_PAGE }),
      );
    case 'empty':
      return send(response, payloadOf({ status: 200, body: undefined }));
    case 'cut-json': {
      const correct = await correctPayload();
      return send(response, {
        ...correct,
        body: correct.body.subarray(0, Math.floor(correct.body.length / 2)),
      });
    }
    case 'wrong-shape':
      return send(response, json(JSON.stringify(fault.body ?? [1, 'two', null])));
    case 'huge-body':
      return sendHuge(response, fault.bytes);
    case 'deep-nesting':
      return send(response, json(nested(fault.depth ?? 100_000)));
    case 'redirect':
      return send(
        response,
        payloadOf({ status: fault.status ?? 301, headers: { Location: fault.location }, body: undefined }),
      );
    case 'big-header': {
      const correct = await correctPayload();
      return send(response, {
        ...correct,
        headers: { ...correct.headers, 'X-Padding': 'x'.repeat(fault.bytes) },
      });
    }
    case 'delay':
      await later(response, fault.seconds);
      return send(response, await correctPayload());
    case 'endless-paging':
    case 'repeated-page':
      return send(response, payloadOf(await respond(fault.kind)));
    case 'lost-response':
      await respond();
      return fault.how === 'reset' ? cutConnection(response) : undefined;
    default:
      return fault satisfies never;
  }
};
