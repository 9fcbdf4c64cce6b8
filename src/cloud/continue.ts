import type { Socket } from 'node:net';

const NOTHING: Buffer = Buffer.alloc(0);
const INTERIM_HEAD = 'HTTP/1.1 100';
const INTERIM_RESPONSE = /^HTTP\/1\.1 100[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/;
const LONGEST_INTERIM_RESPONSE = 8 * 1024;

/** The length in bytes of the interim responses at the start; undefined while one may be incomplete. */
function interimBytes(data: Buffer): number | undefined {
  const text = data.toString('latin1', 0, LONGEST_INTERIM_RESPONSE);
  let start = 0;
  for (;;) {
    const rest = text.slice(start);
    const [interim] = INTERIM_RESPONSE.exec(rest) ?? [];
    if (interim === undefined) {
      const isIncomplete = rest.startsWith(INTERIM_HEAD) || (rest !== '' && INTERIM_HEAD.startsWith(rest));
      return isIncomplete && data.length < LONGEST_INTERIM_RESPONSE ? undefined : start;
    }
    start += interim.length;
  }
}

/**
 * Removes `100 Continue` from a connection: a server may send it unasked (RFC 9110, section 15.2), and undici closes
 * the connection then.
 */
export function withoutContinue(socket: Socket): Socket {
  const push = socket.push.bind(socket);
  let held = NOTHING;
  /** Bytes written when the current response began: once there are more, the next response begins. */
  let writtenBefore = -1;
  socket.push = (chunk: unknown): boolean => {
    if (!Buffer.isBuffer(chunk) || (socket.bytesWritten === writtenBefore && held.length === 0)) {
      if (held.length > 0) push(held);
      held = NOTHING;
      return push(chunk);
    }
    const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const interim = interimBytes(data);
    held = interim === undefined ? data : NOTHING;
    if (interim === undefined || interim === data.length) return true;
    writtenBefore = socket.bytesWritten;
    return push(interim === 0 ? data : data.subarray(interim));
  };
  return socket;
}
