/**
 * Finds what the tests draw on: a Chromium, and for Node a Vulkan loader with software drivers. Looks only; the steps
 * that install what is missing are in plan.mjs.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { thisMachine } from "./machine.mjs";

/**
 * @typedef {object} Graphics
 * @property {string | null} chromium Executable.
 * @property {string | null} loader The Vulkan loader library.
 * @property {boolean} loaderIsSystem False: it lies beside a browser, where the linker does not look.
 * @property {string | null} swiftshader Driver description (JSON) of the SwiftShader that ships with Chromium.
 * @property {string | null} lavapipe The same of Mesa's software driver; null too when it is too old.
 * @property {string | null} oldLavapipe A lavapipe that was passed over.
 */

const BROWSERS = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome-stable",
    "/usr/bin/google-chrome",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** Where distributions put the libraries that a browser brings; /usr/bin holds only a starter script. */
const BROWSER_FOLDERS = [
  "/usr/lib/chromium",
  "/usr/lib64/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
  "/opt/chromium.org/chromium",
  "/snap/chromium/current/usr/lib/chromium-browser",
];

const DRIVER_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/** Dawn refuses the lavapipe of Mesa before 24; Mesa 24.0 is the first to state this Vulkan version. */
const OLDEST_LAVAPIPE = [1, 3, 274];

/** @param {import("./machine.mjs").Machine} machine @returns {Graphics} */
export function findGraphics(machine) {
  const chromium = findChromium(machine);
  if (machine.platform !== "linux") {
    return { chromium, loader: null, loaderIsSystem: true, swiftshader: null, lavapipe: null, oldLavapipe: null };
  }
  const beside = chromium ? [dirname(chromium), dirname(machine.realPath(chromium))] : [];
  /** @param {string} name */
  const fromBrowser = (name) => first(machine, [...beside, ...BROWSER_FOLDERS], name) ?? fromPlaywright(machine, name);
  const systemLoader = first(machine, systemLibraryFolders(machine), "libvulkan.so.1");
  const lavapipes = [machine.env.VITRINE_ICD_LAVAPIPE ?? "", ...lavapipeFiles(machine)].filter(machine.exists);
  const lavapipe = lavapipes.find((path) => isRecentLavapipe(machine, path)) ?? null;
  return {
    chromium,
    loader: systemLoader ?? fromBrowser("libvulkan.so.1"),
    loaderIsSystem: systemLoader !== null,
    swiftshader:
      [machine.env.VITRINE_ICD_SWIFTSHADER ?? ""].find(machine.exists) ?? fromBrowser("vk_swiftshader_icd.json"),
    lavapipe,
    oldLavapipe: lavapipe ? null : (lavapipes[0] ?? null),
  };
}

/** CHROMIUM_PATH wins, then a browser of the system, then Playwright's. @param {import("./machine.mjs").Machine} machine */
function findChromium(machine) {
  const named = machine.env.CHROMIUM_PATH;
  if (named) return machine.exists(named) ? named : null;
  const known = BROWSERS[/** @type {keyof typeof BROWSERS} */ (machine.platform)] ?? [];
  const system = known.find(machine.exists);
  if (system) return system;
  const own = machine.playwrightChromium();
  return own && machine.exists(own) ? own : null;
}

/** @param {import("./machine.mjs").Machine} machine @param {string} name */
function fromPlaywright(machine, name) {
  const own = machine.playwrightChromium();
  return own ? first(machine, [dirname(own)], name) : null;
}

/** @param {import("./machine.mjs").Machine} machine */
function systemLibraryFolders(machine) {
  const triple = machine.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const fromEnv = (machine.env.LD_LIBRARY_PATH ?? "").split(":").filter(Boolean);
  return [...fromEnv, `/usr/lib/${triple}`, `/lib/${triple}`, "/usr/lib64", "/lib64", "/usr/lib", "/usr/local/lib"];
}

/** Most distributions name the file after the architecture, some do not. @param {import("./machine.mjs").Machine} machine */
function lavapipeFiles(machine) {
  return DRIVER_FOLDERS.flatMap((folder) =>
    machine
      .list(folder)
      .filter((name) => /^lvp_icd.*\.json$/.test(name))
      .map((name) => join(folder, name)),
  );
}

/** @param {import("./machine.mjs").Machine} machine @param {string} path */
function isRecentLavapipe(machine, path) {
  const version = /"api_version":\s*"(\d+)\.(\d+)\.(\d+)"/.exec(machine.read(path))?.slice(1).map(Number) ?? [];
  for (const [index, oldest] of OLDEST_LAVAPIPE.entries()) {
    const part = version[index] ?? 0;
    if (part !== oldest) return part > oldest;
  }
  return true;
}

/** @param {import("./machine.mjs").Machine} machine @param {string[]} folders @param {string} name */
function first(machine, folders, name) {
  return folders.map((folder) => join(folder, name)).find(machine.exists) ?? null;
}

/** Asked only when no system browser is there; loading Playwright takes a moment. */
function playwrightChromium() {
  try {
    return createRequire(import.meta.url)("playwright-core").chromium.executablePath();
  } catch {
    return "";
  }
}

/** The computer that this process runs on. */
export const here = thisMachine(playwrightChromium);

/**
 * What was found, as variables for test processes: CHROMIUM_PATH, VITRINE_ICD_SWIFTSHADER, VITRINE_ICD_LAVAPIPE, and
 * LD_LIBRARY_PATH where the only loader is the browser's. The linker reads that one when a process starts.
 * @param {Graphics} [graphics] @returns {Record<string, string>}
 */
export function graphicsEnvironment(graphics = findGraphics(here)) {
  /** @type {Record<string, string>} */
  const environment = {};
  if (graphics.chromium) environment.CHROMIUM_PATH = graphics.chromium;
  if (graphics.swiftshader) environment.VITRINE_ICD_SWIFTSHADER = graphics.swiftshader;
  if (graphics.lavapipe) environment.VITRINE_ICD_LAVAPIPE = graphics.lavapipe;
  if (graphics.loader && !graphics.loaderIsSystem) {
    environment.LD_LIBRARY_PATH = [dirname(graphics.loader), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  }
  return environment;
}
