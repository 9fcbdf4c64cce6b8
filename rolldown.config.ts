import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type OutputChunk, type Plugin } from 'rolldown';
import manifest from './package.json' with { type: 'json' };
import { billOfMaterials, licensesText, packagesOf } from './scripts/bundled-packages.ts';

// One file and what it loads later start in half the time that several hundred modules take, and need a fifth less
// memory; an image needs no node_modules.

const UNUSED = [
  // Of express: bodies of requests, files, and the media types of files.
  ...['body-parser', 'mime-db', 'send', 'serve-static'],
  // Of prom-client: exemplars, pushing.
  ...['@opentelemetry/api', './lib/pushgateway'],
  // Of undici: HTTP/2.
  './client-h2.js',
];

/** Leaves out what is loaded and never used. */
const withoutUnused: Plugin = {
  name: 'without-unused',
  resolveId: (id) => (UNUSED.includes(id) ? `\0unused:${id}` : null),
  load: (id) => (id.startsWith('\0unused:') ? 'module.exports = {};' : null),
};

/** Leaves out most of undici, which also loads fetch, WebSocket, caches and mocks. */
const requestsOfUndici: Plugin = {
  name: 'requests-of-undici',
  transform: (_code, id) => (id.endsWith('/undici/index.js') ? UNDICI_REQUESTS : null),
};

const UNDICI_REQUESTS = `
  require('./lib/dispatcher/dispatcher').prototype.request = require('./lib/api/api-request');
  exports.Agent = require('./lib/dispatcher/agent');
  exports.Pool = require('./lib/dispatcher/pool');
  exports.ProxyAgent = require('./lib/dispatcher/proxy-agent');
  exports.buildConnector = require('./lib/core/connect');
`;

/** Writes every character beyond ASCII as an escape: with one of them, V8 keeps two bytes for each character of a file. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escapeCharacter);
    }
  },
};

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Puts the text of a file in place of the call that reads it from beside its module. */
const embeddedTexts: Plugin = {
  name: 'embedded-texts',
  transform: (code, id) =>
    id.endsWith('/src/status/assets.ts')
      ? code.replaceAll(/readText\((['"])\.\/(.+?)\1\)/g, (_call, _quote, name: string) =>
          JSON.stringify(readFileSync(join(dirname(id), name), 'utf8')),
        )
      : null,
};

/** Says that the files are CommonJS, and writes what packages are in them: their licenses and a bill of materials. */
const packageFiles: Plugin = {
  name: 'package-files',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((file): file is OutputChunk => file.type === 'chunk');
    const packages = packagesOf(chunks.flatMap(({ moduleIds }) => moduleIds));
    const emit = (fileName: string, source: string) => this.emitFile({ type: 'asset', fileName, source });
    emit('package.json', '{ "type": "commonjs" }\n');
    emit('LICENSES.txt', licensesText(packages));
    emit('sbom.cdx.json', billOfMaterials(manifest, packages));
  },
};

/** Makes the program executable: a clone runs it without npm, and an image links to it. */
const executable: Plugin = {
  name: 'executable',
  writeBundle: ({ dir = '' }) => chmodSync(join(dir, 'main.js'), 0o755),
};

/** The commit that is built: from `REVISION`, else from git, where this is the root of a clone. */
function revision(): string {
  const { REVISION = '' } = process.env;
  if (REVISION !== '') return REVISION;
  if (!existsSync(join(import.meta.dirname, '.git'))) return 'unknown';
  const args = ['--git-dir=.git', 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

export default defineConfig({
  cwd: import.meta.dirname,
  input: {
    main: 'src/main.ts',
    'password-thread': 'src/web/security/password-thread.ts',
    'database-process': 'src/state-file/database-process.ts',
  },
  platform: 'node',
  external: [/^node:/, ...builtinModules],
  transform: { define: { __REVISION__: JSON.stringify(revision()) } },
  plugins: [withoutUnused, requestsOfUndici, embeddedTexts, asciiOnly, packageFiles, executable],
  output: {
    dir: 'dist',
    cleanDir: true,
    // Modules of Node.js load faster by `require`.
    format: 'cjs',
    chunkFileNames: '[name]-[hash].js',
    // The names stay, for stack traces.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
});
