/** The saved text of one service. */
export interface SavedText {
  readonly key: string;
  readonly text: string;
}

/** A service with the chunks of its text. */
export interface SavedPieces {
  readonly key: string;
  readonly pieces: readonly string[];
}

/** The content of a state file. */
export interface OpenedStore {
  readonly saved: readonly SavedText[];
  /** Where an unreadable file was moved, and why it is unreadable. */
  readonly replaced: { readonly reason: string; readonly keptAs: string } | undefined;
}

/** The storage of a state file. Calls must not overlap. */
export interface StateStore {
  /** Rejects with a {@link StateFileError}. */
  readonly open: () => Promise<OpenedStore>;
  /** Resolves when everything is on the disk; rejects with a {@link StateFileError} if nothing is. */
  readonly save: (services: readonly SavedPieces[]) => Promise<void>;
  /** Releases the file without waiting for pending saves. */
  readonly close: () => void;
}

/**
 * Why a file is not used. `unusable`: it is not for this exporter, or in use. `unavailable`: a disk error, which may
 * pass. The message is a clause about the file.
 */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
  readonly kind: 'not a state file' | 'unusable' | 'unavailable';

  constructor(kind: StateFileError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
