import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Reply, type StubServer, startStubServer } from "../testing/stub-server.ts";
import {
  AuthError,
  ConnectionError,
  ForeshockError,
  NotFoundError,
  RateLimitError,
  ServerError,
  ValidationError,
} from "./errors.ts";
import { Foreshock } from "./foreshock.ts";

let server: StubServer;
beforeAll(async () => {
  server = await startStubServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

/** Pauses of a few ms only: the dice say 0, and Retry-After says 0 where a test waits. */
function client(extra: Partial<ConstructorParameters<typeof Foreshock>[0]> = {}): Foreshock {
  return new Foreshock({ url: server.url, key: "fsk_ro_test", dice: () => 0, ...extra });
}

/** Resolves when the server has read a request. */
function arrived(): Promise<void> {
  return vi.waitUntil(() => server.seen.length > 0, { interval: 5 }).then(() => undefined);
}

const NOW: Reply = { status: 503, headers: { "retry-after": "0" }, body: { code: "overloaded" } };

async function refusalOf(reply: Reply, retries = 0): Promise<ForeshockError> {
  server.answer(reply);
  const error = await client({ retries })
    .summary()
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ForeshockError);
  return error as ForeshockError;
}

describe("Foreshock: errors", () => {
  it.each([
    [400, ValidationError],
    [401, AuthError],
    [403, AuthError],
    [404, NotFoundError],
    [413, ValidationError],
    [422, ValidationError],
    [429, RateLimitError],
    [500, ServerError],
    [503, ServerError],
  ] as const)("gives status %i its own class", async (status, kind) => {
    const error = await refusalOf({ status, body: { code: "some_code" } });
    expect(error).toBeInstanceOf(kind);
    expect(error.status).toBe(status);
    expect(error.code).toBe("some_code");
  });

  it("carries title, detail, hint, request id and the wrong parts of the problem", async () => {
    const error = await refusalOf({
      status: 422,
      body: {
        title: "Window is shorter than the step",
        code: "invalid_window",
        detail: "window=30s but the step is 60s",
        hint: "use window=5m",
        requestId: "req_1",
        errors: [{ pointer: "/window", detail: "must be >= 60s" }],
      },
    });
    expect(error.message).toBe("Window is shorter than the step: window=30s but the step is 60s");
    expect(error.hint).toBe("use window=5m");
    expect(error.requestId).toBe("req_1");
    expect(error.errors).toEqual([{ pointer: "/window", detail: "must be >= 60s" }]);
  });

  it("takes the request id from the header where the body is not a problem document", async () => {
    const error = await refusalOf({
      status: 500,
      headers: { "x-request-id": "req_2" },
      text: "<html>",
    });
    expect(error.requestId).toBe("req_2");
    expect(error.code).toBe("http_500");
  });

  it("calls a page of HTML with status 200 what it is", async () => {
    const error = await refusalOf({ text: "<!doctype html>" });
    expect(error).toBeInstanceOf(ServerError);
    expect(error.code).toBe("not_json");
    expect(error.hint).toMatch(/proxy/);
  });

  it("says that nothing answered, with the cause, where the port is closed", async () => {
    const error = await client({ url: "http://127.0.0.1:1", retries: 0 })
      .summary()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).code).toBe("unreachable");
    expect((error as ConnectionError).cause).toBeDefined();
  });

  it("gives up an attempt after timeoutMs", async () => {
    server.answer({ hang: true });
    const error = await client({ timeoutMs: 40, retries: 0 })
      .summary()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).code).toBe("timeout");
  });
});

describe("Foreshock: retries", () => {
  it.each([429, 502, 503, 504])("repeats on %i until it works", async (status) => {
    server.answer(
      { status, headers: { "retry-after": "0" } },
      { status, headers: { "retry-after": "0" } },
      { body: { tenant: "acme" } },
    );
    expect((await client().summary()).tenant).toBe("acme");
    expect(server.seen).toHaveLength(3);
  });

  it("repeats after a broken connection", async () => {
    server.answer({ cut: true }, { body: { tenant: "acme" } });
    expect((await client().summary()).tenant).toBe("acme");
    expect(server.seen).toHaveLength(2);
  });

  it.each([400, 401, 404, 500])("does not repeat on %i", async (status) => {
    await refusalOf({ status }, 3);
    expect(server.seen).toHaveLength(1);
  });

  it("stops after `retries` repeats and throws the last refusal", async () => {
    const error = await refusalOf(NOW, 2);
    expect(server.seen).toHaveLength(3);
    expect(error.code).toBe("overloaded");
  });

  it("hands the wait of Retry-After to the caller in the end", async () => {
    const error = await refusalOf({ status: 429, headers: { "retry-after": "7" } });
    expect((error as RateLimitError).retryAfterMs).toBe(7000);
  });

  it("ends at once with the signal's reason when aborted while it waits", async () => {
    server.answer({ status: 503, headers: { "retry-after": "20" } });
    const abort = new AbortController();
    const call = client().summary({ signal: abort.signal });
    await arrived();
    abort.abort(new Error("left the page"));
    await expect(call).rejects.toThrow("left the page");
    expect(server.seen).toHaveLength(1);
  });

  it("ends with the signal's reason, not as a connection error, when aborted in flight", async () => {
    server.answer({ hang: true });
    const abort = new AbortController();
    const call = client().summary({ signal: abort.signal });
    await arrived();
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(server.seen).toHaveLength(1);
  });
});
