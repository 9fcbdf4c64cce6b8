import { z } from 'zod';

/** Whether a host name is certain to be this machine. The URL parser has normalized forms such as 127.1. */
export const isLoopback = (hostname: string): boolean =>
  ['localhost', 'localhost.', '[::1]'].includes(hostname) ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
  /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(hostname);

const whyNotHttpUrl = (text: string): string | undefined => {
  // The URL parser drops white space silently.
  if (/[\s\p{Cc}]/u.test(text)) return 'contains white space';
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return 'is not an http:// or https:// URL';
  if (text.includes('?')) return 'has a query';
  return text.includes('#') ? 'has a fragment' : undefined;
};

const whyNotEndpoint = (text: string): string | undefined => {
  const reason = whyNotHttpUrl(text);
  if (reason !== undefined) return reason;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return 'contains a user name or a password';
  return protocol === 'https:' || isLoopback(hostname) ? undefined : 'uses plain http to another machine';
};

const whyNotProxy = (text: string): string | undefined =>
  whyNotHttpUrl(text) ?? (new URL(text).pathname === '/' ? undefined : 'has a path');

const urlText = (whyNot: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const reason = whyNot(text);
    if (reason !== undefined) context.addIssue(reason);
  });

/** The URL of an endpoint: https, or http to this machine, with an optional path. Trailing slashes are removed. */
export const endpointUrl = urlText(whyNotEndpoint).transform((text) => {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/+$/, '');
});

/** The URL of a proxy, with an optional user name and password. */
export const proxyUrl = urlText(whyNotProxy);
