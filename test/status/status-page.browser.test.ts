import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytes, seconds } from '../../src/domain/quantities.ts';
import type { PageOptions } from '../../src/status/page.ts';
import type { StatusReport } from '../../src/status/report.ts';
import { SORT_KEYS } from '../../src/status/view.ts';
import {
  accessibleTree,
  nodesOf,
  openPage,
  type PageProblems,
  spokenText,
  startBrowser,
  textContrasts,
} from './browser.ts';
import { ago, failingPoll, largeReport, mixedReport, report, resource, unpolled } from './reports.ts';
import { type StatusServer, startStatusServer } from './server.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly problems: PageProblems;
  readonly server: StatusServer;
}

interface VisitOptions extends BrowserContextOptions {
  readonly path?: string;
  readonly status?: Partial<PageOptions>;
}

async function visit(shown: StatusReport, options: VisitOptions = {}): Promise<Visit> {
  const { path = '/', status = {}, ...contextOptions } = options;
  const server = await startStatusServer(shown, status);
  ends.push(server.stop);
  const opened = await openPage(browser, contextOptions);
  ends.push(async () => {
    await opened.page.unrouteAll({ behavior: 'ignoreErrors' });
    await opened.context.close();
  });
  await opened.page.goto(server.origin + path);
  return { ...opened, server };
}

const QUICK = { status: { refreshSeconds: 0.2 } } as const;
const names = (page: Page) => page.locator('.resources tbody .resource .name').allTextContents();
const caption = (page: Page) => page.locator('.resources caption').innerText();
const firstPaint = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') resolve(startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);
const openEverything = (page: Page) =>
  page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
const isOpen = (details: { readonly open: boolean }) => details.open;
const query = (page: Page) => new URL(page.url()).search;

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('the page %s', (_, javaScriptEnabled) => {
  it('shows the worst first', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });

    await page.getByRole('heading', { name: '7 of 16 resources need attention' }).waitFor();
    expect((await names(page)).slice(0, 4)).toEqual([
      'identity-graph',
      'fraud-rings',
      'sessions',
      'supply-chain',
    ]);
  });

  it('is filtered by text and state with the form, and cleared again', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });

    if (!javaScriptEnabled) await page.getByText('Filter and sort').click();
    await page.getByLabel('Name, id, service, project or region').fill('PROD');
    await page.getByRole('combobox', { name: 'State' }).selectOption('Stale');
    await page.getByRole('button', { name: 'Apply' }).click();

    await expect.poll(() => caption(page)).toBe('2 resources matching the filter, of 16, worst first');
    expect(await names(page)).toEqual(['fraud-rings', 'sessions']);
    expect(await page.getByRole('combobox', { name: 'State' }).inputValue()).toBe('stale');

    await page.getByRole('link', { name: 'Clear the filter' }).click();

    await expect.poll(() => caption(page)).toBe('16 resources, worst first');
  });

  it('is filtered by a click on the number of a state', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });

    await page.getByRole('link', { name: '2 Stale' }).click();

    await expect.poll(() => query(page)).toBe('?state=stale');
    expect(await names(page)).toEqual(['fraud-rings', 'sessions']);
    expect(await page.getByRole('link', { name: '2 Stale' }).getAttribute('aria-current')).toBe('true');
  });

  it('is sorted by a click on a heading and reversed by another one, within the filter', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled, path: '/?q=analytics' });
    const heading = page.getByRole('columnheader', { name: 'Last success' });

    await heading.getByRole('link').click();

    await expect.poll(() => query(page)).toBe('?q=analytics&sort=age');
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    expect(await names(page)).toEqual(['web-links', 'citations']);

    await heading.getByRole('link').click();

    await expect.poll(() => query(page)).toBe('?q=analytics&sort=age&dir=asc');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    expect(await names(page)).toEqual(['citations', 'web-links']);
  });

  it('is sorted by every link in its headings', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });

    for (const key of SORT_KEYS) {
      await page.locator(`.resources thead [data-key="sort ${key}"]`).click();
      await expect
        .poll(() => page.locator('[aria-sort] .current').getAttribute('data-key'))
        .toBe(`sort ${key}`);
      expect(await page.locator('select[name=sort]').inputValue()).toBe(key);
    }
  });

  it('is sorted with the form', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled, path: '/?q=analytics' });
    // A filter in use is not folded.
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Last success');
    await page.getByRole('button', { name: 'Apply' }).click();

    await expect.poll(() => caption(page)).toMatch(/by last success, descending$/);
  });

  it('is paged, a hundred rows at a time', async () => {
    const { page } = await visit(largeReport(250), { javaScriptEnabled, path: '/?q=graph' });

    await page.getByRole('link', { name: 'Next page' }).click();

    await expect.poll(() => query(page)).toBe('?q=graph&page=2');
    expect(await caption(page)).toBe('101–200 of 250 resources, worst first');

    await page.getByRole('link', { name: 'Last page' }).click();

    await expect.poll(() => caption(page)).toBe('201–250 of 250 resources, worst first');
    expect(await names(page)).toHaveLength(50);
    expect(await page.getByRole('link', { name: 'Next page' }).count()).toBe(0);
  });

  it('opens the details of a row, with commands to copy', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });
    const row = page.getByRole('row', { name: 'sessions' });
    const code = row.locator('code').first();
    expect(await code.isVisible()).toBe(false);

    await row.locator('summary').click();

    expect(await code.isVisible()).toBe(true);
    expect(await code.innerText()).toBe(
      'huaweicloud-backup-exporter backups list --project prod --service gaussdb-mysql --resource 8d1c7c1ee2a54bb1a2f7c1b7d5c4a1f2in07',
    );
  });

  it('offers features that need JavaScript only with JavaScript', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled });

    await expect.poll(() => page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(javaScriptEnabled);
    expect(await page.getByText('Reload the page to see changes.').isVisible()).toBe(!javaScriptEnabled);
  });

  it('works behind a path prefix', async () => {
    const { page } = await visit(mixedReport, { javaScriptEnabled, path: '/prefix/?q=prod' });

    await page.getByRole('columnheader', { name: 'Size' }).getByRole('link').click();

    await expect.poll(() => page.url()).toMatch(/\/prefix\/\?q=prod&sort=size$/);
    expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).not.toBe('none');
    expect(await page.getByRole('link', { name: 'This page as JSON' }).getAttribute('href')).toBe(
      './api/v1/status',
    );
  });
});

describe('refreshing', () => {
  const changed = report({
    resources: [
      ...mixedReport.resources,
      resource({ resourceName: 'brand-new', resourceId: 'new', lastSuccess: ago(5_000_000) }),
    ],
  });

  it('shows a changed report without reloading the page, and announces it', async () => {
    const { page, server, problems } = await visit(mixedReport, { status: { refreshSeconds: 1 } });
    await page.evaluate('window.kept = true');

    server.show(changed);

    await page.getByRole('heading', { name: '8 of 17 resources need attention' }).waitFor();
    expect(await names(page)).toContain('brand-new');
    expect(await page.title()).toBe('8 of 17 resources need attention – Huawei Cloud backups');
    expect(await page.getByRole('status').innerText()).toBe('Changed: 8 of 17 resources need attention');
    expect(await page.evaluate('window.kept')).toBe(true);
    expect([...problems.errors, ...(await problems.violations())]).toEqual([]);
  });

  it('changes the icon when all problems are solved', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    const icon = () => page.locator('link[rel=icon]').getAttribute('href');
    expect(await icon()).toContain('trouble.svg');

    server.show(report());

    await expect.poll(icon).toContain('fine.svg');
  });

  it('keeps the filter, the order and the page', async () => {
    const { page, server } = await visit(largeReport(250), {
      ...QUICK,
      path: '/?q=graph&sort=resource&page=2',
    });
    const before = await names(page);

    server.show(largeReport(252));

    await expect.poll(() => caption(page)).toBe('101–200 of 252 resources, by resource, ascending');
    expect(await names(page)).toEqual(before);
  });

  it('keeps focus, opened details and scroll', async () => {
    const { page, server } = await visit(largeReport(100), { status: { refreshSeconds: 2 } });
    const summary = page.locator('.resources summary').nth(60);
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.locator('.polls > summary').dispatchEvent('click');
    await summary.focus();
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.closest('tr')?.dataset.key + document.activeElement.localName",
      );
    const before = { focused: await focused(), scroll: await page.evaluate<number>('scrollY') };

    server.show({ ...largeReport(100), version: '0.2.0', now: ago(-3600) });

    await expect
      .poll(() => page.locator('#as-of').innerText(), { timeout: 15_000 })
      .toBe('2026-07-01 11:00:00 UTC');
    expect({ focused: await focused(), scroll: await page.evaluate<number>('scrollY') }).toEqual(before);
    expect(before.scroll).toBeGreaterThan(1000);
    expect(before.focused).toMatch(/summary$/);
    expect(await page.locator('.resources details[open]').count()).toBe(1);
    expect(await page.locator('.resources details').nth(60).evaluate(isOpen)).toBe(true);
    expect(await page.locator('.polls').evaluate(isOpen)).toBe(true);
  });

  it('keeps the focus on a heading, and moves it to the table when its row is gone', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    const heading = page.getByRole('columnheader', { name: 'Size' }).getByRole('link');
    await heading.focus();
    server.show(changed);
    await page.getByRole('row', { name: 'brand-new' }).waitFor();
    expect(await page.evaluate('document.activeElement.dataset.key')).toBe('sort size');
    await page.getByRole('row', { name: 'brand-new' }).locator('summary').focus();

    server.show(mixedReport);

    await page.getByRole('row', { name: 'brand-new' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.id')).toBe('results');
  });

  it('does not change text being typed', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    const input = page.getByLabel('Name, id, service, project or region');
    await input.pressSequentially('web');

    server.show(changed);

    await page.getByRole('row', { name: 'brand-new' }).waitFor();
    await page.keyboard.type('-links');
    expect(await input.inputValue()).toBe('web-links');
  });

  it('waits while text in the table is selected, and says so', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('.resources .id'))");

    server.show(changed);

    await page.getByText('Not refreshed while text is selected.').waitFor();
    expect(await names(page)).not.toContain('brand-new');

    await page.evaluate('getSelection().removeAllRanges()');

    await page.getByRole('row', { name: 'brand-new' }).waitFor();
    expect(await page.getByText('Not refreshed').isVisible()).toBe(false);
  });

  it.each<[string, Parameters<StatusServer['respondWith']>[0], string]>([
    [
      'returns 503',
      (_request, response) => void response.status(503).end('busy'),
      'the exporter responded with 503',
    ],
    ['closes the connection', (request) => void request.destroy(), 'the exporter cannot be reached'],
    [
      'returns a login page',
      (_request, response) => void response.type('html').end('<h1>Sign in</h1>'),
      'the response is not this page',
    ],
  ])('shows when the exporter %s, and the time of the page, and recovers', async (_, fault, words) => {
    const { page, server } = await visit(mixedReport, QUICK);

    server.respondWith(fault);

    await page
      .getByRole('status')
      .getByText(
        `Refresh failed: ${words}. Showing the page as of 2026-07-01 10:00:00 UTC. Retrying every 0.2 s.`,
      )
      .waitFor();
    expect(await names(page)).toHaveLength(16);

    server.respondWith(undefined);

    await expect.poll(() => page.getByRole('status').innerText()).toBe('');
  });

  it('stops while the tab is hidden, and continues when it is visible again', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    const hide = (hidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    await expect.poll(server.pagesServed).toBeGreaterThan(1);

    await hide(true);
    await page.waitForTimeout(100);
    const before = server.pagesServed();
    await page.waitForTimeout(700);
    expect(server.pagesServed()).toBe(before);

    await hide(false);

    await expect.poll(server.pagesServed).toBeGreaterThan(before);
  });

  it('stops at a click on the button, and continues at the next', async () => {
    const { page, server } = await visit(mixedReport, QUICK);
    const button = page.getByRole('button', { name: 'Pause' });

    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    server.show(changed);
    await page.waitForTimeout(100);
    const before = server.pagesServed();
    await page.waitForTimeout(700);
    expect(server.pagesServed()).toBe(before);
    expect(await names(page)).not.toContain('brand-new');

    await button.click();

    await page.getByRole('row', { name: 'brand-new' }).waitFor();
  });

  it('reloads the page when its style or script has changed', async () => {
    const { page } = await visit(mixedReport, QUICK);
    await page.evaluate('window.kept = true');

    await page.route('**/', async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        body: (await response.text()).replace(/style\.css\?\w+/, 'style.css?next'),
      });
    });

    // There is nothing to evaluate while it loads.
    await expect.poll(() => page.evaluate('window.kept').catch(() => true)).toBeUndefined();
  });
});

describe('copying a command', () => {
  const command =
    'huaweicloud-backup-exporter backups create --project prod --service gaussdb-mysql --resource 8d1c7c1ee2a54bb1a2f7c1b7d5c4a1f2in07';
  const copyOf = async (page: Page) => {
    const row = page.getByRole('row', { name: 'sessions' });
    await row.locator('summary').click();
    const button = row.getByRole('button', { name: 'Copy the command: start a backup' });
    await button.click();
    await row.getByText('Copied').waitFor();
  };

  it('copies it to the clipboard', async () => {
    const { page, context } = await visit(mixedReport);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);

    await copyOf(page);

    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
  });

  it('works over plain HTTP, without the clipboard API', async () => {
    const { page } = await visit(mixedReport);
    await page.evaluate(`
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.addEventListener('copy', () => { window.copied = String(getSelection()); });
    `);

    await copyOf(page);

    expect(await page.evaluate('window.copied')).toBe(command);
  });
});

describe('hostile names', () => {
  const hostile = [
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    `' onmouseover='alert(1)`,
    '</title></style><svg onload=alert(1)>',
    'javascript:alert(1)',
    '{{constructor.constructor("alert(1)")()}}',
    'exe\u202egpj.orders',
    '\u0000\u001b[2J',
    'n'.repeat(256),
    '👩‍🔬'.repeat(80),
  ];
  const hostileReport = report({
    polls: hostile.map((text) =>
      failingPoll('server', text, {
        project: text,
        region: text,
        inventory: { complete: false, reason: text },
      }),
    ),
    resources: hostile.map((text, index) =>
      resource({ resourceName: text, resourceId: `${index} ${text}`, project: text, region: text }),
    ),
  });

  it.each([1280, 400])('run no script and break nothing, %i px wide', async (width) => {
    const { page, problems } = await visit(hostileReport, {
      ...QUICK,
      viewport: { width, height: 900 },
      path: `/?q=&state=&x=${encodeURIComponent(hostile[0] ?? '')}`,
    });
    await openEverything(page);
    await page.waitForTimeout(600);

    expect(await problems.alerted()).toBe(false);
    expect(await problems.violations()).toEqual([]);
    expect(problems.errors).toEqual([]);
    expect(
      await page.locator('img, main script, main style, [onerror], [onmouseover], [onload]').count(),
    ).toBe(0);
    expect(await names(page)).toHaveLength(hostile.length);
    expect(await names(page)).toContain('<img src=x onerror=alert(1)>');
    expect(await names(page)).toContain('exe‹U+202E›gpj.orders');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  it('remain unchanged in the filter', async () => {
    const { page, problems } = await visit(hostileReport);

    await page.getByRole('searchbox').fill('"><script>');
    await page.getByRole('searchbox').press('Enter');

    await expect.poll(() => names(page)).toEqual(['"><script>alert(1)</script>']);
    expect(await page.getByRole('searchbox').inputValue()).toBe('"><script>');
    expect(await problems.alerted()).toBe(false);
  });

  it('would be blocked by the policy if one was not escaped', async () => {
    const { page, problems, server } = await visit(mixedReport);
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      const planted =
        '<main><script>alert(1)</script><img src="data:," onerror="alert(1)"><p style="color:red">';
      await route.fulfill({ response, body: (await response.text()).replace('<main>', planted) });
    });

    await page.goto(server.origin);
    await expect.poll(problems.violations).toHaveLength(4);

    expect(await problems.alerted()).toBe(false);
    expect((await problems.violations()).map((violation) => violation.split(' ')[0]).sort()).toEqual([
      'img-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-attr',
    ]);
  });
});

describe('ten thousand resources', () => {
  it('are painted quickly', async () => {
    const { page } = await visit(largeReport(10_000));

    const painted = await firstPaint(page);
    expect(painted).toBeGreaterThan(0);
    expect(painted).toBeLessThan(5000);
    expect(await names(page)).toHaveLength(100);
  });

  it.each(['?sort=resource', '?sort=project&dir=desc&page=50', '?q=staging&state=attention&sort=size'])(
    'are painted quickly as %s',
    async (path) => {
      const { page } = await visit(largeReport(10_000), { path: `/${path}` });

      expect(await firstPaint(page)).toBeLessThan(5000);
      expect(await names(page)).toHaveLength(100);
    },
  );
});

describe('small screens', () => {
  it.each([
    [320, mixedReport],
    [400, mixedReport],
    [400, largeReport(250)],
    [640, mixedReport],
    [1000, mixedReport],
    [1247, mixedReport],
    [1280, mixedReport],
  ])(
    '%i px: nothing is cut off at the side, initially and with everything expanded',
    async (width, shown) => {
      const { page } = await visit(shown, { viewport: { width, height: 800 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await openEverything(page);

      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const outside = await page.evaluate<string[]>(`
      [...document.querySelectorAll('main *')]
        .filter((element) => !element.closest('.unseen, .sheet') && element.checkVisibility())
        .filter((element) => element.getBoundingClientRect().right > ${width} || element.getBoundingClientRect().left < 0)
        .map((element) => element.outerHTML.slice(0, 80))
    `);
      expect(outside).toEqual([]);
    },
  );

  it.each([400, 1000, 1280, 1500])('%i px: no texts of a row overlap', async (width) => {
    const longest = resource({
      resourceName: 'n'.repeat(256),
      project: 'p'.repeat(256),
      region: 'ap-southeast-3',
      lastSuccess: ago(99 * 86_400 + 23 * 3600),
      lastSize: bytes(1000 * 1024 ** 2),
      lastDuration: seconds(59 * 60 + 59),
      runningSince: ago(59 * 60 + 59),
      consecutiveFailures: 1000,
      lastState: 'unknown',
    });
    const resources = [...mixedReport.resources, longest];
    const { page } = await visit(report({ resources }), { viewport: { width, height: 800 } });
    for (const summary of await page.locator('.resources summary').all()) await summary.click();

    const overlaps = await page.evaluate<string[]>(`
      [...document.querySelectorAll('.resources tbody tr')].flatMap((row) => {
        const boxes = [...row.querySelectorAll('td:not(.more), th, summary, .panel')]
          .filter((cell) => cell.checkVisibility())
          .flatMap((cell) => {
            const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
            const found = [];
            while (texts.nextNode()) {
              const range = document.createRange();
              range.selectNode(texts.currentNode);
              if (texts.currentNode.parentElement.closest('.unseen, .id')) continue;
              found.push(...[...range.getClientRects()].map((box) => ({ cell, box })));
            }
            return found;
          });
        return boxes.flatMap(({ cell, box }, index) => boxes.slice(index + 1)
          .filter((other) => other.cell !== cell && !cell.contains(other.cell))
          .filter(({ box: other }) => box.right > other.left + 1 && other.right > box.left + 1)
          .filter(({ box: other }) => box.bottom > other.top + 1 && other.bottom > box.top + 1)
          .map((other) => cell.textContent + ' lies over ' + other.cell.textContent));
      })
    `);
    expect(overlaps).toEqual([]);
  });
});

describe('with keyboard and screen reader', () => {
  it.each([400, 1280])('the table is a table with headings, %i px wide', async (width) => {
    const { page } = await visit(mixedReport, { viewport: { width, height: 900 } });

    const table = nodesOf(await accessibleTree(page), 'table')[0];

    if (table === undefined) throw new Error('there is no table');
    expect(table.name).toBe('16 resources, worst first');
    expect(nodesOf(table, 'columnheader').map(({ name }) => name)).toEqual(
      width === 400
        ? []
        : [
            'State Failures Running',
            'Resource',
            'Project Service',
            'Last success',
            'Last backups',
            'Size',
            'Duration',
            'Details',
          ],
    );
    const rows = nodesOf(table, 'row').filter((row) => nodesOf(row, 'rowheader').length === 1);
    expect(rows).toHaveLength(16);
    const [never, stale, running] = rows;
    if (never === undefined || stale === undefined || running === undefined)
      throw new Error('there are no rows');
    expect(nodesOf(stale, 'cell').map(spokenText).slice(0, 3)).toEqual([
      'Stale overdue by 2 d 2 h failed 3 times, last 5 h ago',
      'prod ges, cn-north-4',
      '3 d 4 h ago , objective 26 h 293%',
    ]);
    expect(nodesOf(nodesOf(running, 'list')[0] ?? running, 'listitem').map(spokenText)).toEqual([
      'Succeeded 2026-06-28 03:00:00 UTC, 3 d 7 h ago, 500 MiB, took 2 min 50 s',
      'Failed 2026-06-29 03:00:00 UTC, 2 d 7 h ago',
      'Succeeded 2026-06-30 03:00:00 UTC, 1 d 7 h ago, 512 MiB, took 3 min',
      'Running since 2026-07-01 03:00:00 UTC, 7 h',
    ]);
    expect(nodesOf(never, 'DisclosureTriangle').map(({ name }) => name)).toEqual([
      'What to do about identity-graph',
    ]);
  });

  it('the page has a title, one heading, landmarks and labels for all controls', async () => {
    const { page } = await visit(mixedReport);

    const tree = await accessibleTree(page);

    expect(nodesOf(tree, 'heading').map(({ name, properties }) => [properties['level'], name])).toEqual([
      [1, '7 of 16 resources need attention'],
      [2, '3 problems with the data'],
    ]);
    for (const role of ['banner', 'main', 'search', 'contentinfo']) {
      expect(nodesOf(tree, role), role).toHaveLength(1);
    }
    for (const role of ['link', 'button', 'searchbox', 'combobox', 'DisclosureTriangle']) {
      expect(
        nodesOf(tree, role).filter(({ name }) => name === ''),
        role,
      ).toEqual([]);
    }
    expect(nodesOf(tree, 'searchbox')[0]?.name).toBe('Name, id, service, project or region');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('every state has a text and its own icon', async () => {
    const { page } = await visit(mixedReport);

    const badges = await page.evaluate<string[]>(`
      [...document.querySelectorAll('.badge')].map((badge) =>
        badge.innerText.replace('\\n', ' ') + ' ' + badge.querySelector('use').getAttribute('href'))
    `);

    expect([...new Set(badges)]).toEqual([
      'Never backed up #icon-never_backed_up',
      'Stale #icon-stale',
      'Failed #icon-failed',
      'Stuck #icon-stuck',
      'Shrunk #icon-shrunk',
      'Slow #icon-slow',
      'Running #icon-running',
      'New #icon-new',
      'Fine #icon-fine',
      'Not expected #icon-not_expected',
    ]);
  });

  it('the first Tab leads past the head to the table, and on to its headings', async () => {
    const { page } = await visit(mixedReport);

    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the resources');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('State');
    await page.keyboard.press('Enter');

    await expect.poll(() => query(page)).toBe('?dir=asc');
  });

  it.each([400, 1280])('all controls are reachable by Tab with visible focus, %i px wide', async (width) => {
    const { page } = await visit(mixedReport, { viewport: { width, height: 900 } });
    const usable = await page.evaluate<number>(
      "[...document.querySelectorAll('a, button, input, select, summary')].filter((element) => element.checkVisibility()).length",
    );

    const unseen: string[] = [];
    const reached = new Set<number>();
    for (let count = 0; count < usable; count += 1) {
      await page.keyboard.press('Tab');
      const [index, outline, text] = await page.evaluate<[number, string, string]>(`(() => {
        const active = document.activeElement;
        const style = getComputedStyle(active);
        const box = active.getBoundingClientRect();
        const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        const covered = hit !== null && !active.contains(hit) && !hit.contains(active);
        const outline = style.outlineStyle + ' ' + style.outlineWidth + (covered ? ' covered' : '');
        return [[...document.querySelectorAll('*')].indexOf(active), outline, active.textContent.trim()];
      })()`);
      reached.add(index);
      if (outline !== 'solid 2px') unseen.push(`${text}: ${outline}`);
    }

    expect(unseen).toEqual([]);
    expect(reached.size).toBe(usable);
  });

  it('the sticky headings do not cover the focused element', async () => {
    const { page } = await visit(largeReport(100));
    await page.locator('.resources summary').last().focus();

    const covered: string[] = [];
    for (let count = 0; count < 40; count += 1) {
      await page.keyboard.press('Shift+Tab');
      const [top, bottom, name] = await page.evaluate<[number, number, string]>(`[
        document.activeElement.getBoundingClientRect().top,
        document.querySelector('.resources thead').getBoundingClientRect().bottom,
        document.activeElement.textContent,
      ]`);
      if (top < bottom) covered.push(name);
    }

    expect(covered).toEqual([]);
  });

  it('details open and close with the keyboard', async () => {
    const { page } = await visit(mixedReport);
    const row = page.getByRole('row', { name: 'billing' });

    await row.locator('summary').press('Enter');
    expect(await row.locator('.panel').isVisible()).toBe(true);
    await row.locator('summary').press('Enter');
    expect(await row.locator('.panel').isVisible()).toBe(false);
  });

  it.each([
    ['light', 1280],
    ['light', 400],
    ['dark', 1280],
    ['dark', 400],
  ] as const)('every text stands out 4.5 : 1, %s, %i px wide', async (colorScheme, width) => {
    const { page, server } = await visit(mixedReport, {
      ...QUICK,
      colorScheme,
      viewport: { width, height: 900 },
      path: '/?q=prod',
    });
    await openEverything(page);
    server.respondWith((_request, response) => void response.status(503).end());
    await page.getByText('Refresh failed').waitFor();

    const contrasts = await textContrasts(page);

    expect(contrasts.length).toBeGreaterThan(150);
    expect(contrasts.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Stale', 'Copy', '3 problems with the data']),
    );
    expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    const scheme = await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    expect(scheme).toBe(colorScheme === 'dark' ? 'rgb(17, 20, 24)' : 'rgb(246, 247, 249)');
  });
});

describe('a phone', () => {
  it.each(['light', 'dark'] as const)(
    'shows the first resource with a problem on the first screen, %s',
    async (colorScheme) => {
      const { page } = await visit(mixedReport, { colorScheme, viewport: { width: 400, height: 800 } });

      const box = await page.getByRole('row', { name: 'identity-graph' }).boundingBox();

      if (box === null) throw new Error('the row is not shown');
      expect(box.y + box.height).toBeLessThan(800);
    },
  );

  it('keeps filter and sorting collapsed until they are opened', async () => {
    const { page } = await visit(mixedReport, { viewport: { width: 400, height: 800 } });
    const search = page.getByRole('searchbox');
    expect(await search.isVisible()).toBe(false);

    await page.getByText('Filter and sort').click();
    await search.fill('billing');
    await search.press('Enter');

    await expect.poll(() => names(page)).toEqual(['billing']);
    expect(await search.isVisible()).toBe(true);
  });
});

describe('axe', () => {
  it.each([
    ['light', 1280],
    ['light', 400],
    ['dark', 1280],
    ['dark', 400],
  ] as const)('finds no problems, %s, %i px wide, with everything expanded', async (colorScheme, width) => {
    const { page } = await visit(mixedReport, { colorScheme, viewport: { width, height: 900 } });
    await openEverything(page);

    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>('axe.run()');

    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});

describe('the empty states', () => {
  it('are replaced by a table after the first poll', async () => {
    const { page, server } = await visit(report({ polls: [unpolled()], resources: [] }), QUICK);
    await page.getByRole('heading', { name: 'Nothing has been polled yet' }).waitFor();

    server.show(report());

    await page.getByRole('row', { name: 'orders' }).waitFor();
  });

  it('link to all resources if nothing matches', async () => {
    const { page } = await visit(mixedReport, { path: '/?q=nothing&state=stale&sort=size' });

    await page.getByRole('link', { name: 'Show all 16' }).click();

    await expect.poll(() => query(page)).toBe('?sort=size');
    expect(await names(page)).toHaveLength(16);
  });
});
