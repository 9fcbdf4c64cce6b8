import type { SecretSource } from '../../config/config.ts';
import { errorMessage } from '../../errors.ts';
import { CloudFailure } from '../failure.ts';
import { failureMessage } from '../message.ts';
import { oneLine } from '../redaction.ts';

/** The failure of a sign-in that cannot even be attempted. */
export const cannotSignIn = (reason: string, advice: string): CloudFailure =>
  new CloudFailure(failureMessage('sign_in', reason, advice), { kind: 'auth', operation: 'sign_in' });

const PUT_THERE = 'put the secret there, readable by this user';

/** Reads a secret; rejects with a `CloudFailure` that says what is wrong with it but does not contain it. */
export async function readSecret(source: SecretSource): Promise<string> {
  const secret = await source.read().catch((error: unknown) => {
    throw cannotSignIn(oneLine(errorMessage(error)), PUT_THERE);
  });
  if (secret === '') throw cannotSignIn(`the secret from ${source.origin} is empty`, PUT_THERE);
  return secret;
}

/** Reads a secret that is sent as a header. */
export async function readHeaderSecret(source: SecretSource): Promise<string> {
  const secret = await readSecret(source);
  if (!isHeaderValue(secret)) {
    throw cannotSignIn(
      `the secret from ${source.origin} contains a space or a character that is not allowed in a header`,
      'check that it contains only the secret, on one line',
    );
  }
  return secret;
}

export const isHeaderValue = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
