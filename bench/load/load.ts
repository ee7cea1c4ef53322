import { type DemoHistoryFigures, measureDemoHistory } from "./demo-history.ts";
import { measureStore, type StoreFigures } from "./store.ts";

export interface LoadFigures {
  readonly store: readonly StoreFigures[];
  readonly demo: DemoHistoryFigures;
}

/** One partition of the store under two kinds of writers, then the demo's history as a whole. */
export async function measureLoad(say: (line: string) => void): Promise<LoadFigures> {
  say("store: backfill and scrape...");
  const store = measureStore();
  say("the demo's history...");
  return { store, demo: await measureDemoHistory() };
}
