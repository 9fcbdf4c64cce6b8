// Runs a TypeScript file of this project: node scripts/run.cjs src/main.ts FLAGS
// Plain JavaScript, so that an older Node.js reports the required version rather than fail on the file extension.
'use strict';

const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const LEAST_NODE_VERSION = 24;
const [, , file, ...args] = process.argv;

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE_VERSION) {
  process.stderr.write(
    `huaweicloud-backup-exporter: needs Node.js ${LEAST_NODE_VERSION} or later; this is ${process.version}. ` +
      'Install it, or run `npm ci` without --ignore-scripts, which installs one, and start the exporter with ' +
      '`npm start --`, which uses that one.\n',
  );
  process.exitCode = 1;
} else {
  const script = join(__dirname, '..', file);
  process.argv = [process.argv[0], script, ...args];
  void import(pathToFileURL(script).href);
}
