/**
 * Runs a TypeScript file in Node through Vite, so that it may import shaders as text (`x.wgsl?raw`) like the app does.
 * Usage: node scripts/viteRun.mjs FILE [ARGUMENT...]
 * The file sees its arguments in process.argv.slice(2), and the software GPUs that were found in VITRINE_ICD_*. It may
 * await at top level, and ends by itself, by an exception (exit code 1), or by setting process.exitCode.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createServer } from "vite";
import { graphicsEnvironment } from "./setup/graphics.mjs";

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error("Usage: node scripts/viteRun.mjs FILE [ARGUMENT...]");
  process.exit(2);
}

const graphics = graphicsEnvironment();
if (graphics.LD_LIBRARY_PATH) {
  // The linker reads it when a process starts, so this one cannot set it for itself.
  const env = { ...process.env, ...graphics };
  process.exit(spawnSync(process.execPath, process.argv.slice(1), { stdio: "inherit", env }).status ?? 1);
}
Object.assign(process.env, graphics);

const path = resolve(file);
process.argv = [process.execPath, path, ...rest];
const server = await createServer({
  root: join(import.meta.dirname, ".."),
  // Its own: a development server that runs meanwhile would lose what it has bundled.
  cacheDir: ".cache/vite-run",
  appType: "custom",
  logLevel: "silent",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
try {
  await server.ssrLoadModule(pathToFileURL(path).pathname);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await server.close();
}
