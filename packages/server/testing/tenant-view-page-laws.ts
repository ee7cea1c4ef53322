import { expect } from "vitest";
import type { Page, Paged, TenantView } from "../src/platform/platform.ts";
import { BadCursor } from "../src/platform/platform-errors.ts";
import { allOf } from "./picture.ts";
import {
  FLEET,
  type Law,
  OTHER_FLEET,
  POINTS,
  RANGE,
  type Stage,
  send,
} from "./tenant-view-stage.ts";

interface Row {
  readonly id: string;
}

interface List {
  readonly name: string;
  ask(view: TenantView, page: Page): Promise<Paged<Row>>;
  /** What the rows are sorted by, in the order they must have. */
  isInOrder(before: Row, after: Row): boolean;
}

const BY_TIME = { range: RANGE, minScore: 0, sort: "time" } as const;
const BY_SCORE = { range: RANGE, minScore: 0, sort: "score" } as const;
type Pair<T> = readonly [before: T, after: T];

const LISTS: readonly List[] = [
  list(
    "series",
    (view, page) => view.series({}, page),
    ([a, b]) => pathOf(a) < pathOf(b),
  ),
  list(
    "anomalies by time",
    (view, page) => view.anomalies(BY_TIME, page),
    ([a, b]) => a.windowStart >= b.windowStart,
  ),
  list(
    "anomalies by score",
    (view, page) => view.anomalies(BY_SCORE, page),
    ([a, b]) => a.score >= b.score,
  ),
  list(
    "alarms",
    (view, page) => view.alarms(BY_TIME, page),
    ([a, b]) => a.openedAt >= b.openedAt,
  ),
  list(
    "findings",
    (view, page) => view.findings(RANGE, page),
    ([a, b]) => a.openedAt >= b.openedAt,
  ),
];

function list<T extends Row>(
  name: string,
  ask: (view: TenantView, page: Page) => Promise<Paged<T>>,
  isInOrder: (pair: Pair<T>) => boolean,
): List {
  return { name, ask, isInOrder: (a, b) => isInOrder([a as T, b as T]) };
}

function pathOf(row: { readonly cluster: string; readonly node: string; readonly metric: string }) {
  return `${row.cluster}\0${row.node}\0${row.metric}`;
}

const COVER: Law = {
  sentence: "pages over everything once and in order, whatever the size of a page",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const view = stage.view("acme");
    for (const { name, ask, isInOrder } of LISTS) {
      const whole = (await ask(view, { limit: 1000 })).data;
      expect(whole.length, name).toBeGreaterThan(name === "findings" ? 1 : 3);
      for (let i = 1; i < whole.length; i++) {
        expect(isInOrder(whole[i - 1]!, whole[i]!), `${name}: row ${i}`).toBe(true);
      }
      for (const limit of [1, 2, 5]) {
        const paged = await allOf((page) => ask(view, page), limit);
        expect(
          paged.map(({ id }) => id),
          `${name}, ${limit} a page`,
        ).toEqual(whole.map(({ id }) => id));
      }
    }
  },
};

/** Rows of the lists whose order does not move when points are added. */
const STEADY = LISTS.filter(({ name }) => name !== "anomalies by score");

const COVER_MEANWHILE: Law = {
  sentence:
    "misses and doubles nothing that was there while points and series arrive between two pages",
  async holds(stage) {
    await send(stage, "acme", FLEET, [0, POINTS - 100]);
    let sent = POINTS - 100;
    for (const { name, ask } of STEADY) {
      const there = (await ask(stage.view("acme"), { limit: 1000 })).data.map(({ id }) => id);
      const seen = await allOf(async (page) => {
        const rows = await ask(stage.view("acme"), page);
        await sendMore(stage, sent++);
        return rows;
      }, 2);
      const ids = seen.map(({ id }) => id);
      expect(new Set(ids).size, `${name}: doubled`).toBe(ids.length);
      expect(
        ids.filter((id) => there.includes(id)),
        name,
      ).toEqual(there);
    }
  },
};

/** A minute of the fleet, and a new series before all others. */
async function sendMore(stage: Stage, point: number): Promise<void> {
  await send(stage, "acme", FLEET, [point, point + 1]);
  const fresh = { ...OTHER_FLEET, cluster: "an-earlier-one", nodes: [`n${point}`] };
  await send(stage, "acme", fresh, [point, point + 1]);
}

const MANGLED: Law = {
  sentence: "refuses a cursor that it did not hand out",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    const view = stage.view("acme");
    const mangled = [
      "x",
      "",
      "%%%",
      "bnVsbA",
      "eyIwIjpudWxsfQ",
      "eyIwIjp7ImEiOjF9fQ",
      "1.fnd_",
      "-1",
    ];
    for (const { name, ask } of LISTS) {
      for (const cursor of mangled) {
        await expect(
          ask(view, { limit: 2, cursor }),
          `${name}, "${cursor}"`,
        ).rejects.toBeInstanceOf(BadCursor);
      }
    }
    const { nextCursor } = await view.series({}, { limit: 1 });
    const asked = view.anomalies(BY_TIME, { limit: 1, cursor: nextCursor });
    await expect(asked).rejects.toBeInstanceOf(BadCursor);
  },
};

const FOREIGN: Law = {
  sentence: "leads with another tenant's cursor to nothing but the caller's own rows",
  async holds(stage) {
    await send(stage, "acme", FLEET);
    await send(stage, "globex", OTHER_FLEET);
    for (const { name, ask } of LISTS) {
      const { nextCursor } = await ask(stage.view("acme"), { limit: 1 });
      if (nextCursor === undefined) continue;
      const rows = await ask(stage.view("globex"), { limit: 100, cursor: nextCursor }).then(
        ({ data }) => data,
        (error: unknown) => {
          expect(error, name).toBeInstanceOf(BadCursor);
          return [];
        },
      );
      expect(JSON.stringify(rows), name).not.toContain("canary");
    }
  },
};

export const PAGE_LAWS: readonly Law[] = [COVER, COVER_MEANWHILE, MANGLED, FOREIGN];
