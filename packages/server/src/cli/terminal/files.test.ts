import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runForTest } from "../../../testing/testing-io.ts";
import { errorText } from "./exit-code.ts";
import { csvInput, folderInputs } from "./input.ts";
import { writeOut } from "./output-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "foreshock-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const CSV = `timestamp,value\n${Array.from({ length: 50 }, (_, i) => `${1.78e9 + 60 * i},${i % 7}\n`).join("")}`;
const insides = () => folderInputs(folder).map(({ inside }) => inside);

describe("files of a folder", () => {
  it("are each read once: with links to the parent, to itself, to each other and to a file", () => {
    mkdirSync(at("sub"));
    mkdirSync(at("other"));
    writeFileSync(at("a.csv"), CSV);
    writeFileSync(at("sub/b.csv"), CSV);
    symlinkSync("..", at("sub/parent"));
    symlinkSync(".", at("self"));
    symlinkSync("../sub", at("other/sub"));
    symlinkSync("../other", at("sub/other"));
    symlinkSync("b.csv", at("sub/a-link.csv"));
    expect(insides()).toEqual(["a.csv", "sub/b.csv"]);
  });

  it("that lie elsewhere are read through links, and a link that leads nowhere is named", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "foreshock-elsewhere-"));
    writeFileSync(join(elsewhere, "far.csv"), CSV);
    symlinkSync(elsewhere, at("link"));
    symlinkSync(join(elsewhere, "far.csv"), at("near.csv"));
    expect(insides()).toHaveLength(1);
    rmSync(elsewhere, { recursive: true });
    rmSync(at("link"));
    expect(insides).toThrow(`${at("near.csv")} is a link that leads nowhere`);
  });

  it("are looked at once each, however many links there are", () => {
    const counts = [10, 20, 40].map((count) => {
      for (let k = 0; k < count; k++) {
        mkdirSync(at(`d${k}`), { recursive: true });
        if (!existsSync(at(`d${k}/up`))) symlinkSync("..", at(`d${k}/up`));
        writeFileSync(at(`d${k}/x.csv`), CSV);
      }
      return insides().length;
    });
    expect(counts).toEqual([10, 20, 40]);
  });

  it("do not hold up on a pipe, and a socket is refused by name", async () => {
    execFileSync("mkfifo", [at("pipe.csv")]);
    writeFileSync(at("a.csv"), CSV);
    expect(insides()).toEqual(["a.csv"]);
    const server = createServer().listen(at("socket.csv"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect(() => csvInput(at("socket.csv"), { stdin: noInput() })).toThrow("is a socket");
    server.close();
  });

  it("that are pipes by name are read as they come", async () => {
    execFileSync("mkfifo", [at("pipe.csv")]);
    writeFileSync(at("source"), CSV);
    const writer = spawn("sh", ["-c", `cat '${at("source")}' > '${at("pipe.csv")}'`]);
    const run = await runForTest(["detect", at("pipe.csv"), "--json"]);
    await (writer.exitCode ?? once(writer, "exit"));
    expect(JSON.parse(run.out).summary).toMatchObject({ rows: 50 });
  });
});

describe("what is written", () => {
  const pieces = () => [Buffer.from("one\n"), Buffer.from("two\n")];

  it("replaces a regular file whole, with its rights, and leaves nothing beside it", () => {
    writeFileSync(at("out.csv"), "old");
    chmodSync(at("out.csv"), 0o640);
    writeOut(at("out.csv"), pieces());
    expect(readFileSync(at("out.csv"), "utf8")).toBe("one\ntwo\n");
    expect(statSync(at("out.csv")).mode & 0o777).toBe(0o640);
    expect(existsSync(at("out.csv.partial"))).toBe(false);
  });

  it("leaves the old file where the pieces fail", () => {
    writeFileSync(at("out.csv"), "old");
    const failing = function* () {
      yield Buffer.from("new");
      throw new Error("engine");
    };
    expect(() => writeOut(at("out.csv"), failing())).toThrow("engine");
    expect(readFileSync(at("out.csv"), "utf8")).toBe("old");
    expect(existsSync(at("out.csv.partial"))).toBe(false);
  });

  it("goes through a link to its file; the link stays", () => {
    writeFileSync(at("real.csv"), "old");
    symlinkSync("real.csv", at("link.csv"));
    writeOut(at("link.csv"), pieces());
    expect(lstatSync(at("link.csv")).isSymbolicLink()).toBe(true);
    expect(readFileSync(at("real.csv"), "utf8")).toBe("one\ntwo\n");
    symlinkSync("new.csv", at("dangling.csv"));
    writeOut(at("dangling.csv"), pieces());
    expect(readFileSync(at("new.csv"), "utf8")).toBe("one\ntwo\n");
  });

  it("goes into devices and pipes, which stay what they are", async () => {
    writeOut("/dev/null", pieces());
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    execFileSync("mkfifo", [at("pipe")]);
    const reader = spawn("sh", ["-c", `cat '${at("pipe")}' > '${at("read")}'`]);
    writeOut(at("pipe"), pieces());
    await (reader.exitCode ?? once(reader, "exit"));
    expect(statSync(at("pipe")).isFIFO()).toBe(true);
    expect(readFileSync(at("read"), "utf8")).toBe("one\ntwo\n");
  });

  it("is refused for a folder, and for a socket", () => {
    expect(() => writeOut(folder, pieces())).toThrow(`${folder} is a folder`);
  });

  it("as scores: not over the file that is read, by whatever name, and not into a file for a folder", async () => {
    writeFileSync(at("in.csv"), CSV);
    symlinkSync("in.csv", at("alias.csv"));
    const over = await runForTest(["detect", at("in.csv"), "--scores", at("alias.csv")]);
    expect(over.err).toContain("would overwrite in.csv itself");
    expect(readFileSync(at("in.csv"), "utf8")).toBe(CSV);
    const flat = await runForTest(["detect", folder, "--scores", at("in.csv")]);
    expect(flat.err).toContain("in.csv is no folder");
    const device = await runForTest(["detect", at("in.csv"), "--scores", "/dev/null"]);
    expect(device).toMatchObject({ code: 0 });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("an error of the file system", () => {
  it.each([
    ["EACCES", "there is no right to use it"],
    ["ENOSPC", "the disk is full"],
    ["EROFS", "mounted read-only"],
  ])("%s names the file and its true cause", (code, cause) => {
    const error = Object.assign(new Error(`${code}: x, open`), { code, path: "/data/a\u001b.csv" });
    const [first, hint] = errorText(error).split("\n");
    expect(first).toContain("/data/a␛.csv");
    expect(first).toContain(cause);
    expect(hint).toBeDefined();
  });

  it("of a file that is not there shows a hostile name harmlessly", async () => {
    const run = await runForTest(["detect", "\u001b]0;owned\u0007\u202e.csv"]);
    expect(run.err).toContain("␛]0;owned␇\\u{202e}.csv");
    const usage = await runForTest(["detect", "a.csv", "--\u001b[31m"]);
    expect(usage.err).not.toContain("\u001b");
  });
});

async function* noInput(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array();
}
