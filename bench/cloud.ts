import { type SimulatedAccount, startSimulatedCloud } from '../src/simulated-cloud/simulated-cloud.ts';
import { type Estate, rowsOf } from './estate.ts';
import { answerQuestions } from './worker.ts';

/** What the process with the simulated cloud can be asked. */
export type CloudQuestion =
  /** Serves an estate from now on. */
  | { readonly kind: 'serve'; readonly estate: Estate }
  /** Which lists were asked for since the last time, and which pages of them. */
  | { readonly kind: 'asked' };

/** A page that was asked for. */
export interface AskedPage {
  readonly operation: string;
  readonly query: string;
}

/** Where the cloud is, and which pages of it were asked for. */
export interface CloudAnswer {
  readonly origin: string;
  readonly account: SimulatedAccount;
  readonly pages: readonly AskedPage[];
}

const cloud = await startSimulatedCloud();

answerQuestions<CloudQuestion, CloudAnswer>(async (question) => {
  const { origin, account } = cloud;
  switch (question.kind) {
    case 'serve': {
      const { backups, graphs } = rowsOf(question.estate);
      cloud.setBackups('ges', { rows: backups });
      cloud.setInventory('ges', { rows: graphs });
      return { origin, account, pages: [] };
    }
    case 'asked': {
      const pages = cloud.requests
        .filter(({ operation }) => operation.startsWith('list_'))
        .map(({ operation, query }) => ({ operation, query }));
      cloud.clearRequests();
      return { origin, account, pages };
    }
    default:
      return question satisfies never;
  }
});
