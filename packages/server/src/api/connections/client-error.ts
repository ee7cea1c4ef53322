import { Problem } from "../problem.ts";

/** What a request that Node could not read means to its sender. */
export function problemOfClientError({ code }: { readonly code?: string | undefined }): Problem {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new Problem("headers_too_large", "the headers of the request are too large", {
        hint: "send at most 16 KiB of headers",
      });
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem("body_too_large", "the chunk extensions of the body are too large", {
        hint: "send chunks without extensions",
      });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem("request_timeout", "the request did not arrive in time", {
        hint: "send headers and body without pauses",
      });
    default:
      return new Problem("bad_request", "the request could not be read", {
        hint: "send plain HTTP/1.1",
      });
  }
}

export function slowUpload(bytesPerSecondMin: number): Problem {
  const detail = `the body came with less than ${bytesPerSecondMin} bytes per second`;
  return new Problem("request_timeout", detail, { hint: "send the body without pauses" });
}

export function hostMissing(): Problem {
  return new Problem("bad_request", "the request has no Host header", {
    hint: "HTTP/1.1 demands exactly one",
  });
}

export function starting(phase: string): Problem {
  return new Problem("not_ready", `the server is starting: ${phase}`, {
    retryAfterMs: 2000,
    hint: "try again; /readyz says how far the start has come",
  });
}

export function ending(): Problem {
  return new Problem("not_ready", "the server is closing", {
    retryAfterMs: 5000,
    hint: "try again after the restart",
  });
}
