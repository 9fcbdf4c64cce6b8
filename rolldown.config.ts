import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defineConfig, type OutputChunk, type Plugin } from 'rolldown';

// One file and what it loads later start in half the time that several hundred modules take, and need a fifth less
// memory; an image needs no node_modules.

// Of express: bodies of requests, files, and the media types of files.
const UNUSED = ['body-parser', 'mime-db', 'send', 'serve-static'];

/** Leaves out what is loaded and never used: this server takes no bodies and sends no files. */
const withoutUnused: Plugin = {
  name: 'without-unused',
  resolveId: (id) => (UNUSED.includes(id) ? `\0unused:${id}` : null),
  load: (id) => (id.startsWith('\0unused:') ? 'module.exports = {};' : null),
};

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

/** Says that the files are CommonJS, and writes the licenses of all packages that are in them. */
const packageFiles: Plugin = {
  name: 'package-files',
  generateBundle(_options, bundle) {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
    const chunks = Object.values(bundle).filter((file): file is OutputChunk => file.type === 'chunk');
    const directories = chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? '');
    const licenses = [...new Set(directories)].filter((directory) => directory !== '').map(licenseOf);
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: licenses.sort().join('\n\n') });
  },
};

function licenseOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8').trim();
  return `${manifest.name} ${manifest.version} (${manifest.license ?? 'license unknown'})\n\n${text}\n`;
}

export default defineConfig({
  cwd: import.meta.dirname,
  input: { main: 'src/main.ts', 'password-thread': 'src/web/security/password-thread.ts' },
  platform: 'node',
  external: [/^node:/, ...builtinModules],
  plugins: [withoutUnused, asciiOnly, packageFiles],
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
