import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

/** Starts the headless Chromium of Debian. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** The problems of a page. */
export interface PageProblems {
  /** Errors of scripts and in the console. */
  readonly errors: readonly string[];
  /** Violations of the Content-Security-Policy. */
  readonly violations: () => Promise<readonly string[]>;
  /** Whether a script called `alert`. */
  readonly alerted: () => Promise<boolean>;
}

const WATCH = `
  window.violations = [];
  window.alerted = false;
  window.alert = () => { window.alerted = true; };
  document.addEventListener('securitypolicyviolation', (event) => {
    window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
  });
`;

/** A new page, and its problems. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly problems: PageProblems }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.addInitScript(WATCH);
  return {
    page,
    context,
    problems: {
      errors,
      violations: () => page.evaluate<string[]>('window.violations'),
      alerted: () => page.evaluate<boolean>('window.alerted'),
    },
  };
}

/** A node of the accessibility tree. */
export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly children: readonly AccessibleNode[];
}

interface RawNode {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { readonly value?: string };
  readonly name?: { readonly value?: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly childIds?: readonly string[];
}

/** The accessibility tree of the page, without ignored nodes. */
export async function accessibleTree(page: Page): Promise<AccessibleNode> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: RawNode[] };
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const childrenOf = (node: RawNode): readonly AccessibleNode[] =>
    (node.childIds ?? []).flatMap((id) => {
      const child = byId.get(id);
      if (child === undefined) return [];
      return child.ignored ? childrenOf(child) : [accessible(child)];
    });
  const accessible = (node: RawNode): AccessibleNode => ({
    role: node.role?.value ?? '',
    name: node.name?.value ?? '',
    properties: Object.fromEntries((node.properties ?? []).map(({ name, value }) => [name, value.value])),
    children: childrenOf(node),
  });
  const [root] = nodes;
  if (root === undefined) throw new Error('the page has no accessibility tree');
  return accessible(root);
}

/** All nodes of a role below a node, in document order. */
export function nodesOf(root: AccessibleNode, role: string): readonly AccessibleNode[] {
  return root.children.flatMap((child) => [...(child.role === role ? [child] : []), ...nodesOf(child, role)]);
}

/** All text below a node. */
export function spokenText(node: AccessibleNode): string {
  if (node.role === 'StaticText') return node.name;
  return node.children.map(spokenText).join(' ').replace(/\s+/g, ' ').trim();
}

/** A text on the page and its contrast with its background (WCAG 2.2, 1.4.3). */
export interface TextContrast {
  readonly text: string;
  readonly ratio: number;
}

const CONTRASTS = `(() => {
  const colour = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
    // The channels of color(srgb 1 0.95 0.9) are fractions, those of rgb(255, 242, 230) bytes.
    const scale = text.startsWith('color(srgb ') ? 255 : 1;
    return { channels: [red, green, blue].map((channel) => channel * scale), alpha };
  };
  const over = (front, back) => front.channels.map((value, at) => value * front.alpha + back[at] * (1 - front.alpha));
  const backgroundOf = (element) => {
    if (element === null) return [255, 255, 255];
    const own = colour(getComputedStyle(element).backgroundColor);
    return own.alpha === 1 ? own.channels : over(own, backgroundOf(element.parentElement));
  };
  const luminance = (channels) => {
    const [red, green, blue] = channels.map((value) => value / 255).map((value) =>
      value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.nodeValue.trim();
    if (text === '' || element.closest('.unseen') || !element.checkVisibility()) continue;
    const back = backgroundOf(element);
    const front = over(colour(getComputedStyle(element).color), back);
    found.push({ text, ratio: ratio(front, back) });
  }
  return found;
})()`;

/** All visible texts on the page, with their contrast. */
export function textContrasts(page: Page): Promise<readonly TextContrast[]> {
  return page.evaluate<TextContrast[]>(CONTRASTS);
}
