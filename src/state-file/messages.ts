import type { OpenedStore, StateFileError } from './store.ts';

/** Messages to the database process, handled in order. */
export type Request =
  | { readonly kind: 'open'; readonly path: string }
  /** A chunk of the text of a service. */
  | { readonly kind: 'piece'; readonly key: string; readonly text: string }
  /** Saves the chunks since the last `save`. */
  | { readonly kind: 'save' };

/** Its replies: any number of saved services after `open`, then one of the others. */
export type Reply =
  | { readonly kind: 'service'; readonly key: string; readonly text: string }
  | { readonly kind: 'done'; readonly replaced: OpenedStore['replaced'] }
  | { readonly kind: 'failed'; readonly problem: StateFileError['kind']; readonly reason: string };
