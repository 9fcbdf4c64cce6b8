import type { IncomingMessage } from 'node:http';

/** What came of a body that nobody wants. */
export type BodyVerdict = 'read' | 'too large' | 'too slow' | 'gone';

/** The length of the body that the headers announce; undefined where they do not tell. */
export const announcedLength = ({ headers }: IncomingMessage): number | undefined => {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
};

/** Reads a body to its end, or until it is larger than `bytes` or takes longer than `milliseconds`. */
export const discardBody = (
  request: IncomingMessage,
  { bytes, milliseconds }: { readonly bytes: number; readonly milliseconds: number },
): Promise<BodyVerdict> =>
  new Promise((resolve) => {
    let length = 0;
    const settle = (verdict: BodyVerdict): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', onEnd).off('close', onClose);
      resolve(verdict);
    };
    const count = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytes) settle('too large');
    };
    const onEnd = (): void => settle('read');
    const onClose = (): void => settle('gone');
    const timer = setTimeout(settle, milliseconds, 'too slow');
    request.on('data', count).on('end', onEnd).on('close', onClose);
    if (request.readableEnded) settle('read');
  });
