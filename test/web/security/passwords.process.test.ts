import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import bcrypt from 'bcryptjs';
import { expect, it } from 'vitest';
import { startPasswordWorker } from '../../../src/web/security/passwords.ts';

const run = promisify(execFile);

it('the password thread does not keep the process alive', async () => {
  const script = `
    import { startPasswordWorker } from './src/web/security/passwords.ts';
    const held = setTimeout(() => undefined, 60_000);
    const matches = await startPasswordWorker().compare('secret', ${JSON.stringify(bcrypt.hashSync('secret', 4))});
    clearTimeout(held);
    process.stdout.write(String(matches));
  `;

  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
  });

  expect(stdout).toBe('true');
});

it('the password thread is restarted after it ends', async () => {
  const hash = bcrypt.hashSync('secret', 4);
  const worker = startPasswordWorker();
  const before = await worker.compare('secret', hash);
  const broken = worker.compare('secret', bcrypt.hashSync('secret', 12));
  await Promise.all([worker.close(), expect(broken).rejects.toThrow('has stopped')]);

  const after = [await worker.compare('secret', hash), await worker.compare('guess', hash)];
  await worker.close();

  expect([before, ...after]).toEqual([true, true, false]);
});
