import { defaultClientConditions, defineConfig } from "vite";

/** React's dialect on Preact: leaving it again costs these two aliases. */
export default defineConfig({
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
