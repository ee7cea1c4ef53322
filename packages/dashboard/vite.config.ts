import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Smaller files fit into a packet either way. */
const PACKED_BYTES_MIN = 1024;

/** Beside each large text file the same packed, so that the server never packs it. */
function packed(): Plugin {
  let folder = "";
  return {
    name: "packed-files",
    apply: "build",
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    closeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const path = join(folder, name);
        const bytes = readFileSync(path);
        if (bytes.length < PACKED_BYTES_MIN) continue;
        const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

/** React's dialect on Preact: leaving it again costs these two aliases. */
export default defineConfig({
  plugins: [packed()],
  resolve: {
    /** The client's sources, so that nothing has to be built before the pages. */
    conditions: ["foreshock-source", ...defaultClientConditions],
    alias: {
      react: "preact/compat",
      "react-dom": "preact/compat",
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    /** The server package ships the pages. */
    outDir: "../server/dashboard",
    emptyOutDir: true,
    /** `light-dark()` and `AbortSignal.any` need these; older browsers get no page at all either way. */
    target: ["chrome123", "firefox124", "safari17.5"],
    cssTarget: ["chrome123", "firefox124", "safari17.5"],
    /** One style sheet: the second chunk's few rules are not worth a request. */
    cssCodeSplit: false,
    rolldownOptions: {
      onLog(level, log, report) {
        /** "use client" of libraries that also serve React's server components means nothing here. */
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
  server: { proxy: { "/api": process.env.FORESHOCK_URL ?? "http://127.0.0.1:7070" } },
});
