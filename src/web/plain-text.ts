import type { RequestHandler, Response } from 'express';

export function sendText(response: Response, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

/** Responds with 405 to all but the given methods. */
export const allowOnly =
  (methods: string): RequestHandler =>
  (_request, response) => {
    response.setHeader('Allow', methods);
    sendText(response, 405, `Method not allowed. Allowed: ${methods}.`);
  };
