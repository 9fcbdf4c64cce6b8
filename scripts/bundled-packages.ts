import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An npm package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  readonly licenseText: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

// Compiled into undici as WebAssembly; the package states neither its name nor its version.
const LLHTTP = {
  name: 'llhttp',
  license: 'MIT',
  copyright: 'Copyright Fedor Indutny, 2018.',
  inside: 'undici',
};

/** The packages of the modules with these file names, sorted by name. */
export function packagesOf(moduleIds: readonly string[]): readonly BundledPackage[] {
  const directories = moduleIds.flatMap(
    (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? [],
  );
  return [...new Set(directories)]
    .map(readPackage)
    .toSorted((one, other) => compare(`${one.name}@${one.version}`, `${other.name}@${other.version}`));
}

function readPackage(directory: string): BundledPackage {
  const { name, version, license } = JSON.parse(
    readFileSync(join(directory, 'package.json'), 'utf8'),
  ) as Manifest;
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (license === undefined || file === undefined) throw new Error(`${name}: unknown license`);
  return { name, version, license, licenseText: readFileSync(join(directory, file), 'utf8').trim() };
}

/** The licenses of all packages, as text. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const texts = packages.flatMap(({ name, version, license, licenseText }) => {
    const own = `${name} ${version} (${license})\n\n${licenseText}\n`;
    if (name !== LLHTTP.inside) return [own];
    const permission = licenseText.slice(licenseText.indexOf('Permission is hereby granted'));
    return [
      own,
      `${LLHTTP.name}, inside ${LLHTTP.inside} (${LLHTTP.license})\n\n${LLHTTP.copyright}\n\n${permission}\n`,
    ];
  });
  return texts.join('\n\n');
}

/** The packages in the bundle as CycloneDX 1.6, as scanners cannot find them. Deterministic. */
export function billOfMaterials(program: Required<Manifest>, packages: readonly BundledPackage[]): string {
  const components = packages.map((entry) => ({
    ...component('library', entry),
    ...(entry.name === LLHTTP.inside && { components: [inside(LLHTTP)] }),
  }));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', program) },
    components,
    dependencies: [{ ref: purlOf(program), dependsOn: packages.map(purlOf) }],
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

const component = (type: string, { name, version, license }: Required<Manifest>) => {
  const purl = purlOf({ name, version });
  return { type, 'bom-ref': purl, name, version, purl, licenses: [{ license: { id: license } }] };
};

const inside = ({ name, license }: { readonly name: string; readonly license: string }) => ({
  type: 'library',
  name,
  licenses: [{ license: { id: license } }],
});

const purlOf = ({ name, version }: Pick<Manifest, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${version}`;

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
