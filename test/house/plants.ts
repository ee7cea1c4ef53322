import { CORE, type Plant, SERVER } from "./sound-house.ts";

const lines = (count: number) => "  count++;\n".repeat(count);
const tall = (count: number) =>
  `export function tall() {\n  let count = 0;\n${lines(count - 3)}}\n`;

export const PLANTS: readonly Plant[] = [
  {
    against: "a room imports only what its table allows",
    what: "a neighbour that is not in the table",
    files: {
      [`${CORE}/explain/why.ts`]:
        'import { score } from "../engine/score.ts";\nexport const why = score;',
    },
    says: "core/explain may not use engine",
  },
  {
    against: "a room imports only what its table allows",
    what: "a type alone",
    files: {
      [`${CORE}/model/series.ts`]:
        'import type { score } from "../engine/score.ts";\nexport type Series = typeof score;',
    },
    says: "core/model may not use engine",
  },
  {
    against: "a room imports only what its table allows",
    what: "a type written in place",
    files: {
      [`${CORE}/model/series.ts`]: 'export type Series = import("../engine/score.ts").Score;',
    },
    says: "core/model may not use engine",
  },
  {
    against: "a room imports only what its table allows",
    what: "a re-export",
    files: { [`${CORE}/model/series.ts`]: 'export * from "../explain/why.ts";' },
    says: "core/model may not use explain",
  },
  {
    against: "a room imports only what its table allows",
    what: "a worker in another room, opened by URL",
    files: {
      [`${SERVER}/store/pool.ts`]:
        'export const url = new URL("../cli/worker.ts", import.meta.url);',
    },
    says: "server/store may not use cli",
  },
  {
    against: "a room imports only what its table allows",
    what: "another package by its path",
    files: {
      [`${CORE}/engine/score.ts`]: 'export { run as score } from "../../../server/src/cli/run.ts";',
    },
    says: "core/engine may not use server/cli",
  },
  {
    against: "a room imports only what its table allows",
    what: "a test in a room that its own may not use",
    files: { [`${CORE}/model/series.test.ts`]: 'import "../engine/score.ts";' },
    says: "core/model may not use engine",
  },
  {
    against: "a room imports only what its table allows",
    what: "a test's tool in the product",
    files: { [`${SERVER}/store/rows.ts`]: 'import "../../testing/fake.ts";' },
    says: "server/store may not use testing",
  },
  {
    against: "a room imports only what its table allows",
    what: "a file in a new room",
    files: { [`${SERVER}/attic/box.ts`]: "export const box = 1;" },
    says: "server/attic is not in the table",
  },
  {
    against: "no room and no package points upward",
    what: "two rooms that allow each other",
    house: {
      tables: { rooms: { core: { model: ["engine"], engine: ["model"] } }, testsMayAlso: {} },
    },
    says: "core/model points upward to core/engine",
  },
  {
    against: "no room and no package points upward",
    what: "a package below that allows a package above",
    house: {
      tables: { rooms: { core: { model: ["server/cli"] }, server: { cli: [] } }, testsMayAlso: {} },
    },
    says: "core/model points upward to server/cli",
  },
  {
    against: "nobody goes through their own package's door",
    what: "the index from inside",
    files: { [`${CORE}/engine/score.ts`]: 'export { other as score } from "../index.ts";' },
    says: "the index is for guests",
  },
  {
    against: "nobody goes through their own package's door",
    what: "the package's name from inside",
    files: { [`${CORE}/engine/score.ts`]: 'export { other as score } from "@foreshock/core";' },
    says: "the index is for guests",
  },
  {
    against: "no file imports itself through others, types included",
    what: "three files, one arrow of them a type",
    files: {
      [`${CORE}/engine/score.ts`]:
        'import { b } from "./b.ts";\nexport const score = b;\nexport type Score = number;',
      [`${CORE}/engine/b.ts`]: 'export { c as b } from "./c.ts";',
      [`${CORE}/engine/c.ts`]:
        'import type { Score } from "./score.ts";\nexport const c: Score = 1;',
    },
    says: "engine/b.ts, packages/core/src/engine/c.ts, packages/core/src/engine/score.ts",
  },
  {
    against: "no wing of a room imports itself through others",
    what: "two wings through four files that are no circle",
    files: {
      [`${SERVER}/store/log/a.ts`]: 'import "../table/b.ts";',
      [`${SERVER}/store/table/b.ts`]: "export const b = 1;",
      [`${SERVER}/store/table/c.ts`]: 'import "../log/d.ts";',
      [`${SERVER}/store/log/d.ts`]: "export const d = 1;",
    },
    says: "store/log, packages/server/src/store/table",
  },
  {
    against: "no file is without somebody who imports it",
    what: "a file that only another such file imports",
    files: {
      [`${CORE}/engine/lost.ts`]: "export const lost = 1;",
      [`${CORE}/engine/loser.ts`]: 'export { lost } from "./lost.ts";',
    },
    says: "engine/lost.ts: nobody imports it",
  },
  {
    against: "no file of the product is used by tests alone",
    what: "a file that a test keeps alive",
    files: {
      [`${CORE}/engine/toy.ts`]: "export const toy = 1;",
      [`${CORE}/engine/toy.test.ts`]: 'import "./toy.ts";',
    },
    says: "engine/toy.ts: only tests import it",
  },
  {
    against: "no file of the product is used by tests alone",
    what: "a listed file that the product uses by now",
    house: { notYet: { files: {}, functions: {}, testOnly: [`${CORE}/engine/score.ts`] } },
    says: "take it off the list",
  },
  {
    against: "every listed entry is there",
    what: "an entry that was removed",
    house: { entries: { "bench/gone.ts": "npm run gone" } },
    says: "bench/gone.ts: is listed",
  },
  {
    against: "a file has at most 300 lines",
    what: "a test of 301 lines",
    files: { [`${CORE}/engine/score.test.ts`]: "// line\n".repeat(301) },
    says: "has 301 lines, at most 300",
  },
  {
    against: "a file has at most 300 lines",
    what: "a listed file that grew",
    files: { [`${CORE}/engine/score.ts`]: "// line\n".repeat(320) },
    house: { notYet: { files: { [`${CORE}/engine/score.ts`]: 319 }, functions: {}, testOnly: [] } },
    says: "has 320 lines, at most 319",
  },
  {
    against: "a file has at most 300 lines",
    what: "a listed file that is short by now",
    house: { notYet: { files: { [`${CORE}/engine/score.ts`]: 319 }, functions: {}, testOnly: [] } },
    says: "take it off the list",
  },
  {
    against: "a function has at most 50 lines",
    what: "a function of 51 lines",
    files: { [`${CORE}/engine/score.ts`]: tall(51) },
    says: "score.ts#tall: has 51 lines, at most 50",
  },
  {
    against: "a function has at most 50 lines",
    what: "a private method of 51 lines",
    files: { [`${CORE}/engine/score.ts`]: `class A {\n#tall() {\n${lines(49)}}\n}` },
    says: "score.ts##tall: has 51 lines",
  },
  {
    against: "a function has at most 50 lines",
    what: "a case of a test with 51 lines",
    files: {
      [`${CORE}/engine/score.test.ts`]: `describe("a", () => {\n  it("b", () => {\n${lines(49)}});\n});`,
    },
    says: "score.test.ts#b: has 51 lines",
  },
  {
    against: "a name says what is inside",
    what: "a file of helpers",
    files: { [`${SERVER}/cli/helpers.ts`]: "export const help = 1;" },
    says: "has a name that says nothing",
  },
  {
    against: "a name says what is inside",
    what: "a folder of types",
    files: { [`${CORE}/engine/types/score.ts`]: "export type Score = number;" },
    says: "has a name that says nothing",
  },
  {
    against: "a package is imported only where it belongs",
    what: "the command line's package in the store",
    files: { [`${SERVER}/store/rows.ts`]: 'import "commander";' },
    says: "imports commander",
  },
  {
    against: "a package is imported only where it belongs",
    what: "a built-in in the core, when it is needed",
    files: { [`${CORE}/engine/score.ts`]: 'export const score = await import("node:fs");' },
    says: "imports node:fs",
  },
  {
    against: "a package is imported only where it belongs",
    what: "a value where only types are allowed",
    files: { [`${SERVER}/store/rows.ts`]: 'import { type B, A } from "node:sqlite";' },
    house: { packages: { server: { "node:sqlite": { runs: [], types: ["store/"] } } } },
    says: "store/rows.ts: imports node:sqlite",
  },
  {
    against: "a package is imported only where it belongs",
    what: "a permission that nobody needs",
    house: { packages: { server: { pino: { runs: ["observe/"] } } } },
    says: "src/observe/: no longer imports pino",
  },
  ...[
    "Date.now()",
    "new Date()",
    "Math.random()",
    "process.env.HOME",
    "setTimeout(() => 1, 1)",
  ].map(
    (touch): Plant => ({
      against: "clock, dice, timers and process are handed in",
      what: touch,
      files: { [`${CORE}/engine/score.ts`]: `export const score = () => ${touch};` },
      says: "in line 1: it must be handed in",
    }),
  ),
  {
    against: "clock, dice, timers and process are handed in",
    what: "a permission that nobody needs",
    house: { world: { server: { process: { "main.ts": "" }, dice: { "cli/run.ts": "luck" } } } },
    says: "no longer needs a dice",
  },
];
