import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { graphicsEnvironment } from "./scripts/setup/graphics.mjs";

// Also when vitest is started by itself, tests know the software GPUs that are here.
if (process.env.VITEST) Object.assign(process.env, graphicsEnvironment());

export default defineConfig({
  // Relative addresses, so that the built site runs from any sub-folder of any host.
  base: "./",
  plugins: [react()],
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
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
    // Software GPUs are slow, and each of them already uses every core.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
