import { describe, expect, it } from "vitest";
import { KeptReplies } from "./kept-replies.ts";

describe("kept replies", () => {
  it("give the same object again, and forget the least recently used beyond 200", () => {
    const kept = new KeptReplies();
    const bodies = Array.from({ length: 201 }, (_, i) => ({ i }));
    for (const [i, body] of bodies.slice(0, 200).entries()) kept.keep(`/${i}`, `"${i}"`, body, 1);
    expect(kept.find("/0")?.body).toBe(bodies[0]);
    kept.keep("/200", '"200"', bodies[200], 1);
    expect(kept.find("/1")?.tag).toBeUndefined();
    expect(kept.find("/0")?.body).toBe(bodies[0]);
    expect(kept.find("/200")?.tag).toBe('"200"');
  });

  it("hold at most 16 million characters, and never a reply that is larger by itself", () => {
    const kept = new KeptReplies();
    kept.keep("/a", '"1"', {}, 9_000_000);
    kept.keep("/b", '"1"', {}, 9_000_000);
    expect([kept.find("/a")?.tag, kept.find("/b")?.tag]).toEqual([undefined, '"1"']);
    kept.keep("/b", '"2"', {}, 17_000_000);
    expect(kept.find("/b")?.tag).toBeUndefined();
    kept.keep("/c", '"1"', {}, 16_000_000);
    expect(kept.find("/c")?.tag).toBe('"1"');
  });
});
