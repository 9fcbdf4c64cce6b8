#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { compileCacheFolder } from './compile-cache.ts';
import { keepHeapSmall } from './heap.ts';

const LEAST_NODE_VERSION = 24;
const LOG_FLUSH_MILLISECONDS = 1000;

async function start(): Promise<void> {
  const [{ runCommandLine }, { createTerminal }] = await Promise.all([
    import('./commands/command-line.ts'),
    import('./commands/terminal.ts'),
  ]);
  process.exitCode = await runCommandLine(process.argv.slice(2), createTerminal(process));
  // Pending log lines must not keep the process alive. Output must: it may go to a pager.
  setTimeout(() => process.stdout.writableLength === 0 && process.exit(), LOG_FLUSH_MILLISECONDS).unref();
}

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE_VERSION) {
  const needed = `Node.js ${LEAST_NODE_VERSION} or later`;
  process.stderr.write(`huaweicloud-backup-exporter: needs ${needed}; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  // Both before anything else is loaded and allocated.
  const cache = compileCacheFolder(process.env);
  if (cache !== undefined) enableCompileCache(cache);
  keepHeapSmall();
  void start();
}
