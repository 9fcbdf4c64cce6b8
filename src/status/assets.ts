import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface StatusAsset {
  readonly type: string;
  readonly text: string;
}

// The bundle contains the text instead of this call: see rolldown.config.ts.
const readText = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The files under `/assets/`, by name. */
export const STATUS_ASSETS: ReadonlyMap<string, StatusAsset> = new Map([
  ['style.css', { type: 'text/css; charset=utf-8', text: readText('./style.css') }],
  ['script.js', { type: 'text/javascript; charset=utf-8', text: readText('./script.js') }],
  ['fine.svg', { type: 'image/svg+xml', text: disc('#17693a', 'm9 16.5 5 5L23 11') }],
  ['trouble.svg', { type: 'image/svg+xml', text: disc('#b3261e', 'M16 8v10m0 5.5v.5') }],
]);

/** Changes with the files, so that browsers can cache them. */
export const assetVersion: string = createHash('sha256')
  .update([...STATUS_ASSETS.values()].map(({ text }) => text).join('\n'))
  .digest('hex')
  .slice(0, 10);

/** The Content-Security-Policy of the page: only files of its own origin, no inline scripts or styles, no framing. */
export const STATUS_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
].join('; ');

function disc(colour: string, mark: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="${colour}"/><path d="${mark}" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>\n`;
}
