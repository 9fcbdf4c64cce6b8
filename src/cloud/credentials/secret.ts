import type { SecretSource } from '../../config/config.ts';
import { errorMessage } from '../../errors.ts';
import { failureOf } from '../failure.ts';
import { oneLine } from '../redaction.ts';

// Nothing was sent, but the credentials are to blame.
const UNUSABLE = { kind: 'auth', operation: 'sign_in' } as const;
const PUT_THERE = 'put the secret there, readable by this user';

/** Reads a secret; rejects with a `CloudFailure` that says what is wrong with it but does not contain it. */
export async function readSecret(source: SecretSource): Promise<string> {
  const secret = await source.read().catch((error: unknown) => {
    throw failureOf(UNUSABLE, oneLine(errorMessage(error)), PUT_THERE);
  });
  if (secret === '') throw failureOf(UNUSABLE, `the secret from ${source.origin} is empty`, PUT_THERE);
  return secret;
}

/** Reads a secret that is sent as a header. */
export async function readHeaderSecret(source: SecretSource): Promise<string> {
  const secret = await readSecret(source);
  if (!isHeaderValue(secret)) {
    throw failureOf(
      UNUSABLE,
      `the secret from ${source.origin} contains a space or a character that is not allowed in a header`,
      'check that it contains only the secret, on one line',
    );
  }
  return secret;
}

export const isHeaderValue = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
