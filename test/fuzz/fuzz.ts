import { Agent, request } from "node:http";
import { connect } from "node:net";
import { pollHealth } from "../tooling/poll-health.ts";
import { type FuzzCase, type FuzzPlace, fuzzCase } from "./cases.ts";
import { startServerProcess } from "./server-process.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** Numbers of the cases: [first, end). */
  readonly first: number;
  readonly end: number;
  readonly advanced?: (done: number) => void;
}

export interface FuzzReport {
  readonly sent: number;
  /** Answers by status; "none" where the connection ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Cases that were answered with 5xx, and their answers; the first ones. */
  readonly failures: readonly { readonly index: number; readonly answer: string }[];
  readonly failed: number;
  /** Longest time between two good answers of /healthz, asked for every 100 ms. */
  readonly longestGapMs: number;
  /** Of the server, when it was asked to end; null where it was gone or had to be killed. */
  readonly exitCode: number | null;
  /** What the server wrote, where something went wrong. */
  readonly output: string;
}

const AT_ONCE = 32;
const FAILURES_SHOWN = 20;
/** A raw connection that says nothing for so long is closed by us: it waits for the rest of its request. */
const RAW_IDLE_MS = 100;
const ANSWER_MS = 60_000;

/** Sends seeded cases to a real server in a process of its own, and counts how they were answered. */
export async function fuzz({ seed, first, end, advanced }: FuzzOptions): Promise<FuzzReport> {
  const server = await startServerProcess();
  const poller = pollHealth(server.url);
  const place: FuzzPlace = { seed, nowMs: Date.now(), key: server.key };
  const target: Target = { url: new URL(server.url), agent: new Agent({ keepAlive: true }) };
  const statuses: Record<string, number> = {};
  const failures: { index: number; answer: string }[] = [];
  let failed = 0;
  let next = first;
  const work = async () => {
    while (next < end && server.isAlive()) {
      const index = next++;
      for (const answer of await answersTo(target, fuzzCase(place, index))) {
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if (!answer.status.startsWith("5") && answer.status !== "late") continue;
        failed++;
        if (failures.length < FAILURES_SHOWN) failures.push({ index, answer: answer.text });
      }
      advanced?.(index - first);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const longestGapMs = await poller.stop();
  target.agent.destroy();
  const exitCode = await server.stop();
  const output = server.output();
  return { sent: next - first, statuses, failures, failed, longestGapMs, exitCode, output };
}

interface Target {
  readonly url: URL;
  readonly agent: Agent;
}

interface Answer {
  readonly status: string;
  readonly text: string;
}

function answersTo(target: Target, one: FuzzCase): Promise<readonly Answer[]> {
  if (one.kind === "raw") return rawAnswers(target, one.bytes);
  return new Promise((resolve) => {
    const { method, path, headers, body } = one;
    const { hostname, port } = target.url;
    const sent = request({ agent: target.agent, hostname, port, method, path, headers });
    sent.setTimeout(ANSWER_MS, () => {
      resolve([{ status: "late", text: `${method} ${path}: no answer in ${ANSWER_MS} ms` }]);
      sent.destroy();
    });
    sent.on("response", (reply) => {
      let text = `${method} ${path}: `;
      reply.on("data", (chunk: Buffer) => {
        if (text.length < 1000) text += chunk.toString();
      });
      reply.on("close", () => resolve([{ status: String(reply.statusCode), text }]));
    });
    sent.on("error", () => resolve([{ status: "none", text: "" }]));
    sent.end(body);
  });
}

/** Everything the server says to some bytes: there may be several requests in them. */
function rawAnswers({ url }: Target, bytes: Buffer): Promise<readonly Answer[]> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(Number(url.port), url.hostname, () => socket.write(bytes));
    socket.setTimeout(RAW_IDLE_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      const found = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!);
      const statuses = found.length === 0 ? ["none"] : found;
      resolve(statuses.map((status) => ({ status, text: text.slice(0, 1000) })));
    });
  });
}
