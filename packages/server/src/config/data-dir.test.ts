import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockDataDir } from "./data-dir.ts";
import { privateFile, privateFolder } from "./private-files.ts";

const NOBODY = 65_534;

describe("a data folder's note", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "foreshock-data-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it("holds the number of partitions for the folder's lifetime", () => {
    expect(lockDataDir(dir, 8)).toBe(8);
    expect(lockDataDir(dir, 4)).toBe(8);
  });

  it("is made again from the partitions' folders where it is damaged or gone, and the damaged one kept", () => {
    lockDataDir(dir, 3);
    for (const p of [0, 1, 2]) mkdirSync(join(dir, `p${p}`));
    for (const rubbish of ["", "{", '{"format":1,"partitionCount":-2}']) {
      writeFileSync(join(dir, "foreshock.json"), rubbish);
      expect(lockDataDir(dir, 8)).toBe(3);
    }
    rmSync(join(dir, "foreshock.json"));
    expect(lockDataDir(dir, 8)).toBe(3);
    expect(readdirSync(dir)).toContain("foreshock.json.damaged-3");
    expect(readFileSync(join(dir, "foreshock.json.damaged-2"), "utf8")).toBe("{");
  });

  it("is not guessed: a missing partition is named, with what to do", () => {
    for (const p of [0, 1, 3]) mkdirSync(join(dir, `p${p}`));
    expect(() => lockDataDir(dir, 4)).toThrow(/p2 are missing: restore the data folder/);
    rmSync(join(dir, "p0"), { recursive: true });
  });

  it("says what was in the way where a file is a folder, and the other way round", () => {
    mkdirSync(join(dir, "control.db"));
    writeFileSync(join(dir, "p0"), "");
    expect(() => privateFile(join(dir, "control.db"))).toThrow(/control.db is not a regular file/);
    expect(() => privateFolder(join(dir, "p0"))).toThrow(/p0 is a file, and a folder is expected/);
  });

  it("makes files and folders for its own user alone, and tightens those that were there", () => {
    const [file, folder] = [join(dir, "a.db"), join(dir, "p0")];
    writeFileSync(file, "", { mode: 0o644 });
    mkdirSync(folder, { mode: 0o755 });
    privateFile(file);
    privateFolder(folder);
    privateFile(join(dir, "b.db"));
    const modes = [file, folder, join(dir, "b.db")].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700, 0o600]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    "names the right that is missing, not a backup (needs root to become somebody else)",
    () => {
      chmodSync(dir, 0o755);
      const file = join(dir, "control.db");
      writeFileSync(file, "");
      for (const [mode, says] of [
        [0o000, "control.db cannot be read: the user that runs foreshock has no right to"],
        [0o444, "control.db cannot be written to: the user that runs foreshock has no right to"],
      ] as const) {
        chmodSync(file, mode);
        const script = `import(${JSON.stringify(join(import.meta.dirname, "private-files.ts"))})
        .then(({ privateFile }) => privateFile(${JSON.stringify(file)})).catch((e) => console.log(e.message))`;
        const run = spawnSync(process.execPath, ["-e", script], { uid: NOBODY, encoding: "utf8" });
        expect(run.stdout + run.stderr).toContain(says);
      }
    },
  );
});
