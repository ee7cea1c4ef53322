import type { Recipe } from "./faults.ts";

/** Put in by hand: the disk, and with it everything that waits for it, from one step to the next. */
const OVERLOAD: Recipe = {
  id: "live-overload",
  title: "a node is overloaded",
  place: "node",
  kinds: ["spike", "shift_up"],
  effects: [
    { metric: "disk_io", form: "scale", amount: 8 },
    { metric: "cpu_usage", form: "add", amount: 55 },
    { metric: "load1", form: "scale", amount: 5 },
    { metric: "latency_p99", form: "scale", amount: 6 },
    { metric: "queue_depth", form: "scale", amount: 10 },
    { metric: "error_rate", form: "scale", amount: 12 },
  ],
};

/** Put in by hand: hardly any traffic reaches the node any more. */
const CUT_OFF: Recipe = {
  id: "live-cut-off",
  title: "a node is cut off from its traffic",
  place: "node",
  kinds: ["dip", "shift_down"],
  effects: [
    { metric: "net_rx", form: "scale", amount: 0.02 },
    { metric: "net_tx", form: "scale", amount: 0.02 },
    { metric: "requests", form: "scale", amount: 0.02 },
    { metric: "cpu_usage", form: "scale", amount: 0.2 },
    { metric: "load1", form: "scale", amount: 0.1 },
    { metric: "error_rate", form: "scale", amount: 20 },
    { metric: "latency_p99", form: "scale", amount: 5 },
  ],
};

/** What `i` can put in: faults of one node that show in their first step, so that whoever presses it sees a finding in the next. */
export const LIVE_RECIPES = { overload: OVERLOAD, cutOff: CUT_OFF } as const;
export type LiveFaultKind = keyof typeof LIVE_RECIPES;
