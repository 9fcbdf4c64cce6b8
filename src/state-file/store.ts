/** The saved text of one service. */
export interface SavedText {
  readonly key: string;
  readonly text: string;
}

/** A service with the pieces of its text. */
export interface SavedPieces {
  readonly key: string;
  readonly pieces: readonly string[];
}

/** What is found in a state file. */
export interface OpenedStore {
  readonly saved: readonly SavedText[];
  /** Where a file that could not be read was moved, and why. */
  readonly replaced: { readonly reason: string; readonly keptAs: string } | undefined;
}

/** What a state file keeps its texts in. One call after the other. */
export interface StateStore {
  /** Rejects with a {@link StateFileError}. */
  readonly open: () => Promise<OpenedStore>;
  /** Resolves when all of it is on the disk, and rejects with a {@link StateFileError} when none of it is. */
  readonly save: (services: readonly SavedPieces[]) => Promise<void>;
  /** Lets go of the file; what is being saved is not waited for. */
  readonly close: () => void;
}

/**
 * Why a file is not used. `unusable`: it is not for this exporter, or not now. `unavailable`: the disk does not
 * allow it, which may pass. The message is a clause about the file.
 */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
  readonly kind: 'not a state file' | 'unusable' | 'unavailable';

  constructor(kind: StateFileError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
