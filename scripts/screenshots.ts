import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { startBrowser } from '../test/status/browser.ts';

// Takes the screenshots of the status page in docs/: the page of the demo, in the Chromium of Debian.

interface Screenshot {
  readonly file: string;
  readonly options: BrowserContextOptions;
}

const SCREENSHOTS: readonly Screenshot[] = [
  {
    file: 'status-page.png',
    options: { viewport: { width: 1280, height: 760 }, colorScheme: 'light' },
  },
  {
    file: 'status-page-dark-400px.png',
    options: { viewport: { width: 400, height: 1200 }, colorScheme: 'dark' },
  },
];
const MAX_BYTES = 200_000;

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const demo = spawn(
  process.execPath,
  [path('src/main.ts'), 'demo', '--web.listen-address', '127.0.0.1:0', '--log.format', 'json'],
  { stdio: ['ignore', 'inherit', 'pipe'] },
);
const ended = once(demo, 'exit');
try {
  const origin = await listeningOrigin();
  await untilReady(origin);
  await takeScreenshots(origin);
} finally {
  demo.kill('SIGTERM');
  await ended;
}

async function listeningOrigin(): Promise<string> {
  for await (const line of createInterface({ input: demo.stderr })) {
    const { msg, address } = JSON.parse(line) as { readonly msg: string; readonly address?: string };
    if (msg === 'listening') {
      demo.stderr.resume();
      return `http://${address}`;
    }
  }
  throw new Error('the demo exited before it listened');
}

async function untilReady(origin: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { status } = await fetch(`${origin}/-/ready`);
    if (status === 200) return;
    await wait(100);
  }
  throw new Error('the demo was not ready within ten seconds');
}

async function takeScreenshots(origin: string): Promise<void> {
  const browser = await startBrowser();
  try {
    for (const { file, options } of SCREENSHOTS) {
      const page = await browser.newPage(options);
      await page.goto(origin);
      await page.screenshot({ path: path(`docs/${file}`) });
      await page.close();
      const { size } = await stat(path(`docs/${file}`));
      if (size > MAX_BYTES) throw new Error(`docs/${file} has ${size} bytes, more than ${MAX_BYTES}`);
    }
  } finally {
    await browser.close();
  }
}
