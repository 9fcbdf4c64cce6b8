// What the status page does by itself in a browser: it fetches its own address again and again and puts the new
// content in place of the old, keeps focus, scroll and opened details, and copies commands. The page can be read,
// filtered, sorted and paged without it.

const bar = document.getElementById('refresh');
const status = document.getElementById('refresh-status');
const pause = document.getElementById('pause');
const interval = Number(bar.dataset.seconds);
const timeout = Math.max(10, interval);
const FOCUSABLE = 'a[href], button, summary';
let timer;
let paused = false;
let refreshing = false;
let lastTry = Date.now();

document.documentElement.classList.add('scripted');

const say = (text, failing) => {
  bar.classList.toggle('failing', failing === true);
  if (status.textContent !== text) status.textContent = text;
};

const keyed = (root, key) =>
  [...root.querySelectorAll('[data-key]')].find((element) => element.dataset.key === key);

const rememberFocus = (region) => {
  const active = document.activeElement;
  if (active === null || active === region || !region.contains(active)) return undefined;
  const holder = active.closest('[data-key]');
  if (holder === null) return { key: undefined, index: -1 };
  return { key: holder.dataset.key, index: [...holder.querySelectorAll(FOCUSABLE)].indexOf(active) };
};

const restoreFocus = (region, { key, index }) => {
  const holder = keyed(region, key);
  const target = index < 0 ? holder : holder?.querySelectorAll(FOCUSABLE)[index];
  (target ?? document.getElementById('results')).focus({ preventScroll: true });
};

// What is folded for the sake of small screens.
const unfold = (root) => {
  if (!matchMedia('(min-width: 40.01rem)').matches) return;
  for (const details of root.querySelectorAll('details.fold')) details.open = true;
};

const openKeys = (region) =>
  [...region.querySelectorAll('details[open]')].map((details) => details.closest('[data-key]').dataset.key);

const swap = (region, fresh) => {
  const focus = rememberFocus(region);
  const open = openKeys(region);
  if (region.querySelector('details.fold') === null) unfold(fresh);
  for (const key of open) {
    const holder = keyed(fresh, key);
    const details = holder?.matches('details') ? holder : holder?.querySelector('details');
    if (details) details.open = true;
  }
  region.replaceChildren(...fresh.childNodes);
  if (focus !== undefined) restoreFocus(region, focus);
};

const show = (fresh) => {
  const regions = [...document.querySelectorAll('[data-live]')];
  const pairs = regions.map((region) => [region, fresh.getElementById(region.id)]);
  if (pairs.some(([, other]) => other === null)) throw new Error('the response is not this page');
  const style = (page) => page.querySelector('link[rel=stylesheet]').getAttribute('href');
  if (style(fresh) !== style(document)) return location.reload();
  const x = scrollX;
  const y = scrollY;
  const changed = document.title !== fresh.title;
  for (const [region, other] of pairs) swap(region, document.adoptNode(other));
  document.title = fresh.title;
  const icon = 'link[rel=icon]';
  document.querySelector(icon).href = fresh.querySelector(icon).getAttribute('href');
  scrollTo({ left: x, top: y, behavior: 'instant' });
  say(changed ? `Changed: ${document.getElementById('headline').textContent}` : '');
};

const isSelecting = () => {
  const selection = getSelection();
  return (
    selection !== null &&
    !selection.isCollapsed &&
    [...document.querySelectorAll('[data-live]')].some((region) => region.contains(selection.anchorNode))
  );
};

const download = async () => {
  let response;
  try {
    response = await fetch(location.href, {
      cache: 'no-store',
      signal: AbortSignal.timeout(timeout * 1000),
    });
    if (response.ok) return new DOMParser().parseFromString(await response.text(), 'text/html');
  } catch (error) {
    throw new Error(
      error.name === 'TimeoutError' ? `no response within ${timeout} s` : 'the exporter cannot be reached',
    );
  }
  throw new Error(`the exporter responded with ${response.status}`);
};

const refresh = async () => {
  if (refreshing) return;
  refreshing = true;
  lastTry = Date.now();
  try {
    const fresh = await download();
    if (paused) return;
    if (isSelecting()) say('Not refreshed while text is selected.');
    else show(fresh);
  } catch (error) {
    const shown = document.getElementById('as-of').textContent;
    say(
      `Refresh failed: ${error.message}. Showing the page of ${shown}. Retrying every ${interval} s.`,
      true,
    );
  } finally {
    refreshing = false;
    schedule();
  }
};

const schedule = () => {
  clearTimeout(timer);
  if (paused || document.hidden) return;
  timer = setTimeout(refresh, Math.max(0, lastTry + interval * 1000 - Date.now()));
};

document.addEventListener('visibilitychange', schedule);

pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  say('');
  schedule();
});

const copy = async (code) => {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(code.textContent);
  // Pages that come over plain HTTP have no clipboard interface.
  getSelection().selectAllChildren(code);
  const copied = document.execCommand('copy');
  getSelection().removeAllRanges();
  if (!copied) throw new Error('the browser does not copy');
};

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('button.copy');
  if (!button) return;
  const code = button.parentElement.querySelector('code');
  try {
    await copy(code);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  } catch {
    getSelection().selectAllChildren(code);
    say('The browser does not allow copying. The command is selected instead.');
  }
});

unfold(document);
schedule();
