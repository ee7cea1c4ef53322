import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const SOURCE = resolve(import.meta.dirname, "sync-shim.c");

/** Whether this machine can make the shim: it needs a C compiler, and Linux. */
export const canPreload =
  process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

/** A library that is preloaded before the server, so that its syncs of some files fail or take long. */
export class SyncShim {
  readonly #library: string;
  readonly #said: string;

  /** Compiles it. @param folder where it, and what it reads, are put. @throws what the compiler says. */
  constructor(folder: string) {
    this.#library = join(folder, "sync-shim.so");
    this.#said = join(folder, "sync-shim.txt");
    const flags = ["-shared", "-fPIC", "-O2", "-o", this.#library, SOURCE, "-ldl"];
    const { status, stderr } = spawnSync("cc", flags, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }

  /** Of the server's process. */
  get env(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.#library, SYNC_SHIM: this.#said };
  }

  /** From now on syncs of files whose path has this part do not work. */
  say(how: "fail" | "sleep", part: string): void {
    writeFileSync(this.#said, `${how} ${part}\n`);
  }

  /** All syncs work again, those that sleep go on. */
  mend(): void {
    rmSync(this.#said, { force: true });
  }
}
