import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { RequestHandler, Response } from 'express';
import { CONTENT_TYPES, type ExpositionFormat } from '../metrics/exposition.ts';
import type { Publication, PublishedDeflate } from '../metrics/publication.ts';
import { negotiateFormat } from './negotiation.ts';
import { lengthOf, sendShared } from './shared-body.ts';

export interface MetricsSource {
  readonly publication: () => Publication;
  readonly renderOwnMetrics: (format: ExpositionFormat) => Promise<string>;
}

// 10 bytes: magic, deflate, no flags, no time, fastest compression, unknown system.
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

/** Serves `/metrics`: the published series of resources and services, then those of the process. */
export function metricsRoute(source: MetricsSource): RequestHandler {
  return async (request, response) => {
    const format = negotiateFormat(request.headers.accept);
    const gzip = request.acceptsEncodings('gzip') !== false;
    const own = Buffer.from(await source.renderOwnMetrics(format));
    const published = source.publication();
    response.set({
      'Content-Type': CONTENT_TYPES[format],
      ...(gzip && { 'Content-Encoding': 'gzip' }),
      'Cache-Control': 'no-store',
      Vary: 'Accept, Accept-Encoding',
    });
    const body = gzip ? gzipBody(published.deflated(format), own) : [...published.plain(format), own];
    // TLS copies whatever is written, so it is written in slices.
    if (request.secure) await sendShared(response, body);
    else sendAtOnce(response, body);
  };
}

function sendAtOnce(response: Response, buffers: readonly Buffer[]): void {
  response.setHeader('Content-Length', lengthOf(buffers));
  response.cork();
  for (const buffer of buffers) response.write(buffer);
  response.end();
}

// One gzip member: the published deflate stream, which has no end, and the fresh part that ends it. Some clients read
// only the first of several members.
function gzipBody({ buffers, plainBytes, crc }: PublishedDeflate, own: Buffer): readonly Buffer[] {
  const fresh = deflateRawSync(own, { level: 1, finishFlush: constants.Z_FINISH });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(own, crc), 0);
  trailer.writeUInt32LE((plainBytes + own.length) % 2 ** 32, 4);
  return [GZIP_HEADER, ...buffers, fresh, trailer];
}
