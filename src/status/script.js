// Refreshes the status page in place, keeping focus, scroll position and opened details, and copies commands.
// Without it the page can still be read, filtered, sorted and paged.

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

const keyed = (root, key) => root.querySelector(`[data-key="${CSS.escape(key)}"]`);

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

// Opens what is folded only on small screens.
const unfold = (root) => {
  if (!matchMedia('(min-width: 40.01rem)').matches) return;
  for (const details of root.querySelectorAll('details.fold')) details.open = true;
};

const swap = (region, fresh) => {
  const focus = rememberFocus(region);
  if (region.querySelector('details.fold') === null) unfold(fresh);
  for (const open of region.querySelectorAll('details[open]')) {
    const holder = keyed(fresh, open.closest('[data-key]').dataset.key);
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
  const position = { left: scrollX, top: scrollY, behavior: 'instant' };
  const changed = document.title !== fresh.title;
  for (const [region, other] of pairs) swap(region, document.adoptNode(other));
  document.title = fresh.title;
  const icon = 'link[rel=icon]';
  document.querySelector(icon).href = fresh.querySelector(icon).getAttribute('href');
  scrollTo(position);
  say(changed ? `Changed: ${document.getElementById('headline').textContent}` : '');
};

const isSelecting = () => {
  const { isCollapsed, anchorNode } = getSelection();
  return !isCollapsed && Boolean(anchorNode.parentElement?.closest('[data-live]'));
};

const download = async () => {
  const signal = AbortSignal.timeout(timeout * 1000);
  const response = await fetch(location.href, { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`the exporter responded with ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), 'text/html');
};

// The browser's own messages differ and say little.
const reasonOf = ({ name, message }) => {
  if (name === 'TimeoutError') return `no response within ${timeout} s`;
  return name === 'TypeError' ? 'the exporter cannot be reached' : message;
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
    const failure = `Refresh failed: ${reasonOf(error)}.`;
    say(`${failure} Showing the page as of ${shown}. Retrying every ${interval} s.`, true);
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
  // Pages served over plain HTTP have no clipboard API.
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
