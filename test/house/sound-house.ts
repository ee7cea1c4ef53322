import type { House, Rule } from "./rules.ts";
import type { Tree } from "./tree.ts";

/** A file or a table changed for the worse, and what the rule must say about it. */
export interface Plant {
  readonly against: Rule;
  readonly what: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly house?: Partial<House>;
  readonly says: string;
}

export const CORE = "packages/core/src";
export const SERVER = "packages/server/src";

const SOUND_FILES = {
  [`${CORE}/index.ts`]: 'export { score } from "./engine/score.ts";',
  [`${CORE}/model/series.ts`]: "export interface Series { readonly id: string }",
  [`${CORE}/engine/score.ts`]:
    'import type { Series } from "../model/series.ts";\nexport const score = ({ id }: Series) => id.length;',
  [`${CORE}/engine/score.test.ts`]: `import { describe, it } from "vitest";\nimport { score } from "./score.ts";\ndescribe("score", () => {\n${'  it("is", () => {\n    score({ id: "" });\n  });\n'.repeat(20)}});`,
  [`${SERVER}/main.ts`]: 'import { run } from "./cli/run.ts";\nrun(process.argv);',
  [`${SERVER}/cli/run.ts`]:
    'import { Command } from "commander";\nimport { score } from "@foreshock/core";\nexport const run = (argv: string[]) => new Command().parse(argv, score);',
} as const;

/** A house in miniature that keeps every rule; the plants are set into it. */
export const SOUND: House = {
  tree: treeOf(SOUND_FILES),
  manifests: treeOf({ "packages/core/package.json": '{ "exports": { ".": "./src/index.ts" } }' }),
  tables: {
    rooms: {
      core: { model: [], engine: ["model"], explain: ["model"], "index.ts": ["engine", "explain"] },
      server: { store: [], cli: ["store"], "main.ts": ["cli"] },
    },
    testsMayAlso: {},
  },
  packages: { server: { "@foreshock/core": { runs: [""] }, commander: { runs: ["cli/"] } } },
  entries: { [`${SERVER}/main.ts`]: "npx" },
  world: { server: { process: { "main.ts": "arguments" } } },
  notYet: { files: {}, functions: {}, testOnly: [] },
};

/** The sound house with an offence in it. */
export function planted({ files = {}, house = {} }: Plant): House {
  return { ...SOUND, tree: treeOf({ ...SOUND_FILES, ...files }), ...house };
}

function treeOf(files: Readonly<Record<string, string>>): Tree {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}
