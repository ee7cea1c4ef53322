import { describe, expect, it } from "vitest";
import { MEMORY_ENV, MEMORY_FLAGS, type Replaceable, replaceForMemory } from "./process-memory.ts";

describe("a server's process", () => {
  it("is replaced once by the same program, with settings of memory and everything that it was given", () => {
    const calls = callsOf({ PATH: "/bin", EMPTY: "" });
    expect(calls).toEqual([
      {
        args: ["/bin/node", ...MEMORY_FLAGS, "--flag", "/main.js", "serve", "--port", "1"],
        env: { PATH: "/bin", EMPTY: "", ...MEMORY_ENV },
      },
    ]);
    expect(callsOf(calls[0]!.env)).toEqual([]);
  });

  it("stays where the operator has decided, and under a parent that talks to it", () => {
    expect(callsOf({ MALLOC_TRIM_THRESHOLD_: "1" })).toEqual([]);
    expect(callsOf({ NODE_CHANNEL_FD: "3" })).toEqual([]);
  });

  it("stays where the system cannot replace it", () => {
    expect(() => replaceForMemory(processOf({}))).not.toThrow();
  });
});

function callsOf(env: Replaceable["env"]) {
  const calls: { args: readonly string[]; env: Readonly<Record<string, string>> }[] = [];
  const execve = (_file: string, args: readonly string[], given: Record<string, string>) => {
    calls.push({ args, env: given });
    return undefined as never;
  };
  replaceForMemory({ ...processOf(env), execve });
  return calls;
}

function processOf(env: Replaceable["env"]): Replaceable {
  const argv = ["/bin/node", "/main.js", "serve", "--port", "1"];
  return { execPath: "/bin/node", execArgv: ["--flag"], argv, env };
}
