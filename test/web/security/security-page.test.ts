import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { WEB_LIMITS } from '../../../src/web/security/web-limits.ts';

const page = await readFile('SECURITY.md', 'utf8');

describe('SECURITY.md', () => {
  it.each([
    `| connections | ${WEB_LIMITS.connections}, ${WEB_LIMITS.connectionsPerClient} per client; `,
    `| requests per connection | one runs, ${WEB_LIMITS.pipelinedRequests} wait; `,
    `| request line and headers | ${WEB_LIMITS.headerBytes / 1024} KiB, received within ${WEB_LIMITS.headersTimeout / 1000} s |`,
    `| request body | ${WEB_LIMITS.bodyBytes / 1024} KiB, received within ${WEB_LIMITS.requestTimeout / 1000} s of the start of the request, `,
    `| response | read within ${WEB_LIMITS.responseTimeout / 60_000} minutes, without a pause of more than ${WEB_LIMITS.stallTimeout / 1000} s |`,
    `| connection without a request | ${WEB_LIMITS.keepAliveTimeout / 1000} s |`,
    `| ${WEB_LIMITS.waitingPasswords}, ${WEB_LIMITS.waitingPasswordsPerClient} per client; `,
  ])('states the actual limit: %s', (line) => {
    expect(page).toContain(line);
  });
});
