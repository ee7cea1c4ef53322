import { describe, expect, it } from "vitest";
import { newToken } from "../tenant/api-key.ts";
import { createLog, withoutTokens } from "./log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog("debug", { write: (line) => lines.push(line) }));
  return lines.join("");
}

describe("createLog", () => {
  it("writes one JSON object a line, whatever control characters a text holds", () => {
    const forged = 'x\n{"level":"error","msg":"forged"}\r\u0000\u001b[31m';
    const text = logged((log) => log.info({ node: forged }, "batch stored"));
    expect(text.split("\n")).toHaveLength(2);
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u0000");
    expect(JSON.parse(text)).toMatchObject({ level: "info", node: forged, msg: "batch stored" });
  });

  it("keeps the public name of a token and drops the rest, in fields, errors and sentences", () => {
    const token = newToken("ingest");
    const text = logged((log) => {
      log.info({ url: `/x?key=${token}`, headers: { authorization: `Bearer ${token}` } }, "a");
      log.error({ err: new Error(`bad key ${token}`) }, `seen ${token}`);
    });
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(16));
    expect(text).toContain(token.slice(0, 16));
    expect(text).toContain("[secret]");
  });

  it("writes nothing below its level", () => {
    const lines: string[] = [];
    createLog("warn", { write: (line) => lines.push(line) }).info("quiet");
    expect(lines).toEqual([]);
  });
});

describe("withoutTokens", () => {
  it("cuts every token in a text, and leaves the rest as it is", () => {
    const [a, b] = [newToken("read"), newToken("operator")];
    expect(withoutTokens(`${a} and ${b}, fsk_ro_short`)).toBe(
      `${a.slice(0, 15)}... and ${b.slice(0, 16)}..., fsk_ro_short`,
    );
  });
});
