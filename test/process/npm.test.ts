import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { runProgram } from '../support/exporter-process.ts';

const RUN = { main: fileURLToPath(new URL('../../scripts/run.cjs', import.meta.url)) };

describe('the npm scripts', () => {
  it('run the program from its source', async () => {
    const { code, output, errors } = await runProgram(['src/main.ts', 'check', '--help'], {}, RUN);

    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^Usage: huaweicloud-backup-exporter check /);
  });

  it('report the required Node.js in one line if the installed one is older', async () => {
    const older = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}` };

    const { code, output, errors } = await runProgram(['src/main.ts', 'demo'], environment, RUN);

    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(
      /^huaweicloud-backup-exporter: needs Node\.js 24 or later; this is v\S+\. Install it, or run `npm ci` without --ignore-scripts, which installs one, and start the exporter with `npm start --`, which uses that one\.\n$/,
    );
  });

  it('all start TypeScript through run.cjs', () => {
    const direct = Object.entries(manifest.scripts).filter(([, command]) => /\bnode \S+\.ts\b/.test(command));

    expect(direct).toEqual([]);
  });
});
