import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import Fastify from "fastify";

/** The page of the API reference and its script, ready to be sent. */
export interface DocsPage {
  readonly html: string;
  /** `scalar-<hash>.js`: what it holds never changes under this name. */
  readonly scriptName: string;
  readonly script: Uint8Array;
  readonly scriptPacked: Uint8Array;
}

const SCRIPT = "js/scalar.js";

/**
 * Asks the reference's plugin for both once. Cost: a quarter of a second, for a script of 5 MB; not
 * for the main thread.
 */
export async function makeDocsPage(): Promise<DocsPage> {
  const { default: scalar } = await import("@scalar/fastify-api-reference");
  const inner = Fastify();
  await inner.register(scalar, {
    routePrefix: "/docs",
    configuration: {
      url: "/openapi.json",
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      // What would send the reader, or what they type, to somebody else's service.
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  await inner.ready();
  const page = await inner.inject({ method: "GET", url: "/docs/" });
  const { rawPayload: script } = await inner.inject({ method: "GET", url: `/docs/${SCRIPT}` });
  await inner.close();
  const hash = createHash("sha256").update(script).digest("hex").slice(0, 16);
  const scriptName = `scalar-${hash}.js`;
  return {
    html: page.payload.replaceAll(SCRIPT, `js/${scriptName}`),
    scriptName,
    script: alone(script),
    scriptPacked: alone(await promisify(gzip)(script)),
  };
}

/** A copy with a buffer of its own, which can be handed to another thread. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
