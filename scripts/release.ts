import { parse } from 'yaml';

/** The texts of the files that contain the version. */
export interface ReleaseFiles {
  readonly manifest: string;
  readonly lock: string;
  readonly chart: string;
  readonly manifests: string;
  readonly dockerfile: string;
  readonly changelog: string;
}

/** The places that do not have the version of the tag, each as a message. Empty if it can be released. */
export function releaseProblems(tag: string, files: ReleaseFiles): readonly string[] {
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
  if (version === undefined) return [`the tag is ${tag}; expected vX.Y.Z`];
  return [...versionsIn(files)]
    .filter(([, found]) => found !== version)
    .map(
      ([place, found]) =>
        `${place} has ${found ?? 'no version'}; expected ${version}, the version of the tag ${tag}`,
    );
}

function versionsIn(files: ReleaseFiles): ReadonlyMap<string, string | undefined> {
  const { manifest, lock, chart, manifests, dockerfile, changelog } = files;
  const { version, appVersion } = parse(chart) as Readonly<Record<string, string>>;
  const firstIn = (text: string, pattern: RegExp) => pattern.exec(text)?.[1];
  return new Map([
    ['package.json', (JSON.parse(manifest) as { readonly version: string }).version],
    ['package-lock.json', (JSON.parse(lock) as { readonly version: string }).version],
    ['version in Chart.yaml', version],
    ['appVersion in Chart.yaml', appVersion],
    ['the image in deploy/kubernetes.yaml', firstIn(manifests, /^ +image: \S+:(\S+)$/m)],
    ['VERSION in the Dockerfile', firstIn(dockerfile, /^ARG VERSION=(\S+)$/m)],
    ['the newest heading of CHANGELOG.md', firstIn(changelog, /^## (\S+)/m)],
  ]);
}

/** The section of the changelog for its newest version, as Markdown. */
export function releaseNotes(changelog: string): string {
  const [, newest = ''] = changelog.split(/^## .*\n/m);
  return newest.trim();
}
