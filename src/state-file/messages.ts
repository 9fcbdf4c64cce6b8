import type { OpenedStore, StateFileError } from './store.ts';

/** What is asked of the process that has the database, one after the other. */
export type Request =
  | { readonly kind: 'open'; readonly path: string }
  /** A piece of the text of a service. */
  | { readonly kind: 'piece'; readonly text: string }
  /** The pieces since the last one are the text of this service. */
  | { readonly kind: 'service'; readonly key: string }
  /** Saves the services since the last `save`. */
  | { readonly kind: 'save' };

/** What it answers: any number of saved services after `open`, then one of the others. */
export type Reply =
  | { readonly kind: 'service'; readonly key: string; readonly text: string }
  | { readonly kind: 'done'; readonly replaced: OpenedStore['replaced'] }
  | { readonly kind: 'failed'; readonly problem: StateFileError['kind']; readonly reason: string };
