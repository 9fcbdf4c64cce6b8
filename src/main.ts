#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { keepHeapSmall } from './heap.ts';

async function start(): Promise<void> {
  const [{ runCommandLine }, { createTerminal }] = await Promise.all([
    import('./commands/command-line.ts'),
    import('./commands/terminal.ts'),
  ]);
  process.exitCode = await runCommandLine(process.argv.slice(2), createTerminal(process));
}

// Both before anything else is loaded, and so allocated.
enableCompileCache();
keepHeapSmall();
void start();
