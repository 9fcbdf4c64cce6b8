// Refreshes the status page in place, keeping focus, scroll position and opened details, and copies commands.
// Without it the page can still be read, filtered, sorted and paged.

const bar = document.getElementById('refresh');
const status = document.getElementById('refresh-status');
const pause = document.getElementById('pause');
const interval = Number(bar.dataset.seconds);
const timeout = Math.max(10, interval);
let refreshing = false;

document.documentElement.classList.add('scripted');

const say = (text, failing = false) => {
  bar.classList.toggle('failing', failing);
  if (status.textContent !== text) status.textContent = text;
};

const partsOf = (holder) => [holder, ...holder.querySelectorAll('a[href], button, summary')];

/** The same part of a row or other keyed element in another version of a region; undefined if it is gone. */
const counterpart = (part, fresh) => {
  const holder = part.closest('[data-key]');
  const other = holder && fresh.querySelector(`[data-key="${CSS.escape(holder.dataset.key)}"]`);
  return other ? partsOf(other)[partsOf(holder).indexOf(part)] : undefined;
};

// Opens what is folded only on small screens.
const unfold = (root) => {
  if (!matchMedia('(min-width: 40.01rem)').matches) return;
  for (const details of root.querySelectorAll('details.fold')) details.open = true;
};

const swap = (region, fresh) => {
  if (region.querySelector('details.fold') === null) unfold(fresh);
  for (const summary of region.querySelectorAll('[open] > summary')) {
    const details = counterpart(summary, fresh)?.parentElement;
    if (details) details.open = true;
  }
  const active = document.activeElement;
  const hadFocus = active !== region && region.contains(active);
  const focused = hadFocus && counterpart(active, fresh);
  region.replaceChildren(...fresh.childNodes);
  if (hadFocus) (focused ?? document.getElementById('results')).focus({ preventScroll: true });
};

const show = (fresh) => {
  const regions = [...document.querySelectorAll('[data-live]')];
  const pairs = regions.map((region) => [region, fresh.getElementById(region.id)]);
  if (pairs.some(([, other]) => other === null)) throw new Error('the response is not this page');
  const linkOf = (page, kind) => page.querySelector(`link[rel=${kind}]`).getAttribute('href');
  if (linkOf(fresh, 'stylesheet') !== linkOf(document, 'stylesheet')) return location.reload();
  const position = { left: scrollX, top: scrollY, behavior: 'instant' };
  const changed = document.title !== fresh.title;
  for (const [region, other] of pairs) swap(region, other);
  document.title = fresh.title;
  document.querySelector('link[rel=icon]').href = linkOf(fresh, 'icon');
  scrollTo(position);
  say(changed ? `Changed: ${document.getElementById('headline').textContent}` : '');
};

const isPaused = () => pause.ariaPressed === 'true';

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
  if (refreshing || document.hidden || isPaused()) return;
  refreshing = true;
  try {
    const fresh = await download();
    if (isPaused()) return;
    if (isSelecting()) say('Not refreshed while text is selected.');
    else show(fresh);
  } catch (error) {
    const shown = document.getElementById('as-of').textContent;
    const failure = `Refresh failed: ${reasonOf(error)}.`;
    say(`${failure} Showing the page as of ${shown}. Retrying every ${interval} s.`, true);
  } finally {
    refreshing = false;
  }
};

pause.addEventListener('click', () => {
  pause.ariaPressed = String(!isPaused());
  say('');
  void refresh();
});

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button.copy');
  if (button === null) return;
  getSelection().selectAllChildren(button.parentElement.querySelector('code'));
  // Pages served over plain HTTP have no clipboard API.
  if (!document.execCommand('copy')) {
    say('The browser does not allow copying. The command is selected instead.');
    return;
  }
  getSelection().removeAllRanges();
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2000);
});

unfold(document);
document.addEventListener('visibilitychange', refresh);
setInterval(refresh, interval * 1000);
