/** A part of the tests; its name is that of its project in vitest.config.ts. */
export interface TestLeg {
  readonly name: string;
  /** The Debian packages of the programs that it runs. */
  readonly packages: readonly string[];
  /** Whether it needs the npm packages of tools/kubernetes. */
  readonly needsKubernetesTools?: true;
  /** Whether it starts containers, which needs root. */
  readonly needsRoot?: true;
  /** Whether it is too slow for `npm test`, and runs only in `npm run test:all`. */
  readonly isSlow?: true;
}

const PROMETHEUS = ['prometheus', 'curl', 'python3'];
const ALERTMANAGER = ['prometheus', 'prometheus-alertmanager'];
const CONTAINERS = ['buildah', 'podman', 'runc', 'mmdebstrap'];

/** All parts of the tests. */
export const TEST_LEGS: readonly TestLeg[] = [
  { name: 'unit', packages: ['openssl'] },
  { name: 'documents', packages: [] },
  { name: 'process', packages: ['openssl', 'python3'] },
  { name: 'faults', packages: ['openssl'] },
  { name: 'prometheus', packages: PROMETHEUS },
  { name: 'browser', packages: ['chromium'] },
  { name: 'alerts', packages: ALERTMANAGER },
  { name: 'dashboards', packages: ['prometheus'] },
  { name: 'chart', packages: ['prometheus'], needsKubernetesTools: true },
  { name: 'slow', packages: ALERTMANAGER, isSlow: true },
  { name: 'image', packages: CONTAINERS, needsRoot: true, isSlow: true },
  { name: 'systemd', packages: CONTAINERS, needsRoot: true, isSlow: true },
  { name: 'zone-east', packages: [], isSlow: true },
  { name: 'zone-west', packages: [], isSlow: true },
  {
    name: 'bench',
    packages: ['prometheus', 'golang-go', 'golang-github-prometheus-client-golang-dev'],
    isSlow: true,
  },
];
