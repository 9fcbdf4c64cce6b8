import { type Reading, read, unreadable } from './reading.ts';

/** Whether a URL's host name can be nothing but this machine. The URL parser has already unfolded forms such as 127.1. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

const WHITE_SPACE_OR_CONTROL = /[\s\p{Cc}]/u;

const readUrl = (text: string): Reading<URL> => {
  // The URL parser drops white space without a word.
  if (WHITE_SPACE_OR_CONTROL.test(text)) return unreadable('contains white space');
  if (!URL.canParse(text)) return unreadable('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    // host:port is a URL of the scheme `host:` to the parser.
    return unreadable(text.includes('://') ? 'is not an http or https URL' : 'is not a URL');
  }
  if (url.search !== '' || text.includes('?')) return unreadable('has a query');
  if (url.hash !== '' || text.includes('#')) return unreadable('has a fragment');
  return read(url);
};

/** Reads the URL of an endpoint: https, or http to this machine, with or without a path. Trailing slashes are dropped. */
export const readEndpoint = (text: string): Reading<string> => {
  const reading = readUrl(text);
  if (!reading.ok) return reading;
  const url = reading.value;
  if (url.username !== '' || url.password !== '') return unreadable('contains a user name or a password');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return unreadable('is http to another machine');
  }
  return read(url.origin + url.pathname.replace(/\/+$/, ''));
};

/** Reads the URL of a proxy: http or https, with or without a user name and password. */
export const readProxyUrl = (text: string): Reading<string> => {
  const reading = readUrl(text);
  if (!reading.ok) return reading;
  return reading.value.pathname === '/' ? read(text) : unreadable('has a path');
};
