import { createServer } from "node:net";
import { defineConfig } from "@playwright/test";
import { DISABLED_FEATURES } from "./scripts/disabledFeatures";
import { graphicsEnvironment } from "./scripts/setup/graphics.mjs";

// Read again in every worker process, which inherits the choice. By chance, so that two runs begun at once do not take
// the same port. Chromium opens no page at some ports that other services have, up to 6697 (ERR_UNSAFE_PORT).
process.env.VITRINE_E2E_PORT ??= String(await freePort(6700 + 2 * Math.floor(Math.random() * 1600)));
process.env.VITRINE_FAKE_PORT ??= String(await freePort(Number(process.env.VITRINE_E2E_PORT) + 1));
const vite = "node node_modules/vite/bin/vite.js";

// macOS has no SwiftShader for WebGPU; its own GPU runs the tests.
const adapter = process.platform === "darwin" ? [] : ["--use-webgpu-adapter=swiftshader"];

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  retries: 0,
  // Two browsers keep two cores busy; a test by itself leaves one idle most of the time.
  workers: 2,
  // For a machine that others use as well: nothing waits longer than it has to, and what hangs is still told.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: `http://localhost:${process.env.VITRINE_E2E_PORT}/`,
    browserName: "chromium",
    headless: true,
    // Keeping the page for a visit without a network fetches all of it, beside each test; those of such visits allow it.
    serviceWorkers: "block",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: graphicsEnvironment().CHROMIUM_PATH,
      args: [
        "--enable-unsafe-webgpu",
        ...adapter,
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--disable-features=${DISABLED_FEATURES.join(",")}`,
      ],
    },
  },
  // What is tested is what ships: a build, not the development server. The second site is the same page with a runtime
  // of made-up answers, for tests of the page itself; its names are kept, so that a test can say what renders.
  webServer: [
    site(process.env.VITRINE_E2E_PORT, "production"),
    site(process.env.VITRINE_FAKE_PORT, "fake --minify false"),
  ],
});

function site(port: string, mode: string) {
  // A folder of its own, so that two runs at a time do not rebuild each other's site.
  const folder = `.cache/site-${port}`;
  return {
    command: `${vite} build --outDir ${folder} --emptyOutDir --logLevel warn --mode ${mode} && ${vite} preview --outDir ${folder} --port ${port} --strictPort --host localhost`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  };
}

/** The first port from `start` on that nobody listens at. */
async function freePort(start: number): Promise<number> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(start, "localhost", () => probe.close(() => resolve(true)));
  });
  return isFree ? start : freePort(start + 1);
}
