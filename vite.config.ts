import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { graphicsEnvironment } from "./scripts/setup/graphics.mjs";

// Also when vitest is started by itself, tests know the software GPUs that are here.
if (process.env.VITEST) Object.assign(process.env, graphicsEnvironment());

/**
 * What the built page may load: its own files. It connects to nobody, not even to itself: models are fetched by the
 * worker, whose script brings a policy of its own, so a text that reached the page cannot make it call out. Scripts
 * and styles come from files only. The development server needs inline scripts, so there the policy is left out.
 */
const CONTENT_POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  // Small signs and letters are written into the style sheets.
  "img-src": "'self' data:",
  "font-src": "'self' data:",
  "worker-src": "'self'",
  "manifest-src": "'self'",
  "connect-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};

function contentPolicy(): Plugin {
  const content = Object.entries(CONTENT_POLICY)
    .map((directive) => directive.join(" "))
    .join("; ");
  return {
    name: "content-policy",
    apply: "build",
    transformIndexHtml: () => [
      // First of all, so that nothing is loaded before it holds.
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content }, injectTo: "head-prepend" },
    ],
  };
}

/** Of the letters that every page shows: Latin, upright. */
const FIRST_FONT = /source-sans-3-latin-wght-normal.*\.woff2$/;

/** Without, the browser asks for it when text is there already, and everything moves once it has come. */
function fontPreload(): Plugin {
  return {
    name: "font-preload",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { path, bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => path === "/index.html" && FIRST_FONT.test(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "preload", href: `./${file}`, as: "font", type: "font/woff2", crossorigin: "" },
            injectTo: "head" as const,
          })),
    },
  };
}

export default defineConfig({
  // Relative addresses, so that the built site runs from any sub-folder of any host.
  base: "./",
  // Pages, not one application with routes: what does not exist is a 404 and not the front page, so that a model folder
  // beside the page may lack a file.
  appType: "mpa",
  plugins: [react(), contentPolicy(), fontPreload()],
  worker: { format: "es" },
  resolve: {
    alias: {
      // @huggingface/gguf needs one table of this package; its index would bring 60 kB of task descriptions.
      "@huggingface/tasks": fileURLToPath(new URL("node_modules/@huggingface/tasks/dist/esm/gguf.js", import.meta.url)),
    },
  },
  // Browsers with WebGPU are newer than this.
  build: { target: "es2023", rolldownOptions: { input: ["index.html", "bench.html"] } },
  test: {
    name: "unit",
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
    // Software GPUs are slow, and each of them already uses every core.
    pool: "forks",
    maxWorkers: 2,
    // As in the browser tests: for a machine that others use as well.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
