import type { HostEnd, OwnerLine } from "../partition/owner-link.ts";
import type { FromWorker } from "../partition/protocol.ts";

/** A line to a partition owner over the port that arrived; the line itself where both share a thread. */
export function portLine(end: HostEnd): OwnerLine {
  if ("listen" in end) return end;
  return {
    post: (message, columns = []) => end.postMessage(message, [...columns]),
    listen: (hear) => void end.on("message", (message: FromWorker) => hear(message)),
    close: () => end.close(),
  };
}
