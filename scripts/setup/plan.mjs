/**
 * Decides how to get what the tests need and was not found. Pure: it returns attempts, test.mjs carries them out.
 * Nothing here asks for a password; who is not root gets the line to run.
 */
import { osRelease } from "./machine.mjs";

/**
 * @typedef {import("./machine.mjs").Machine} Machine
 * @typedef {import("./graphics.mjs").Graphics} Graphics
 * @typedef {{ browser: boolean, vulkan: boolean }} Needs What the chosen tests need: end-to-end ones a browser, unit tests Vulkan.
 * @typedef {object} Attempt
 * @property {string} title
 * @property {{ path: string, text: string }} [file] Written first.
 * @property {string[][]} commands Run in order until one fails. "npx" stands for this project's own.
 */

const APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"];
/** A mirror that does not answer must not hold up the tests for minutes. */
const APT_UPDATE = ["apt-get", "-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=1", "update"];
const PLAYWRIGHT_BROWSER = ["npx", "playwright", "install", "--no-shell", "chromium"];
const PLAYWRIGHT_LIBRARIES = ["npx", "playwright", "install-deps", "chromium"];

/** What is missing, in words; empty when the tests can run. @param {Machine} machine @param {Graphics} graphics @param {Needs} needs */
export function missing(machine, graphics, needs) {
  const words = [];
  if (needs.browser && !graphics.chromium) words.push("a Chromium with WebGPU");
  else if (needs.browser && !machine.starts(graphics.chromium ?? "")) words.push("libraries that Chromium starts with");
  if (needs.vulkan && machine.platform === "linux") {
    if (!graphics.loader) words.push("the Vulkan loader (libvulkan.so.1)");
    if (!graphics.swiftshader && !graphics.lavapipe) words.push("a software Vulkan driver");
  }
  return words;
}

/** What to try, best first, until nothing is missing. @param {Machine} machine @returns {Attempt[]} */
export function attempts(machine) {
  const download = { title: "Downloading Playwright's Chromium", commands: [PLAYWRIGHT_BROWSER] };
  if (!canUseApt(machine)) return [download];
  if (isUbuntu(machine)) {
    // Ubuntu's package `chromium` only points to a snap, which does not run in containers.
    const libraries = { title: "Installing the libraries of Chromium", commands: [PLAYWRIGHT_LIBRARIES] };
    return [
      download,
      { title: "Installing Vulkan", commands: [APT_UPDATE, [...APT_INSTALL, "libvulkan1"]] },
      libraries,
    ];
  }
  return [
    {
      title: "Installing Chromium and the Vulkan loader",
      commands: [APT_UPDATE, [...APT_INSTALL, "chromium", "libvulkan1"]],
    },
    download,
    { title: "Installing the libraries of Chromium", commands: [PLAYWRIGHT_LIBRARIES] },
  ];
}

/** Lavapipe is wanted, not needed: it alone runs f16 kernels in software. @param {Machine} machine @param {Graphics} graphics @returns {Attempt | null} */
export function lavapipeAttempt(machine, graphics) {
  if (machine.platform !== "linux" || graphics.lavapipe || !canUseApt(machine)) return null;
  const title = "Installing Mesa's software Vulkan driver";
  if (osRelease(machine).VERSION_CODENAME !== "bookworm") {
    const install = [...APT_INSTALL, "mesa-vulkan-drivers"];
    return graphics.oldLavapipe ? null : { title, commands: [APT_UPDATE, install] };
  }
  const commands = [APT_UPDATE, [...APT_INSTALL, "-t", "bookworm-backports", "mesa-vulkan-drivers"]];
  const sources = aptSources(machine);
  if (/\bbookworm-backports\b/.test(sources)) return { title, commands };
  const text = backportsLine(sources);
  return text ? { title, file: { path: "/etc/apt/sources.list.d/vitrine-backports.list", text }, commands } : null;
}

/** The line for a person to run who is not root. @param {Machine} machine @param {string[]} words From missing(). */
export function lineToRun(machine, words) {
  if (machine.platform !== "linux") return "npx playwright install chromium";
  const { ID = "", ID_LIKE = "" } = osRelease(machine);
  const family = `${ID} ${ID_LIKE}`;
  if (words.includes("libraries that Chromium starts with") || isUbuntu(machine)) {
    return "sudo npx playwright install-deps chromium && npx playwright install chromium && sudo apt-get install -y libvulkan1";
  }
  if (/fedora|rhel/.test(family)) return "sudo dnf install -y chromium vulkan-loader mesa-vulkan-drivers";
  if (/arch/.test(family)) return "sudo pacman -S --needed chromium vulkan-icd-loader vulkan-swrast";
  if (/suse/.test(family)) return "sudo zypper install -y chromium libvulkan1 libvulkan_lvp";
  return "sudo apt-get update && sudo apt-get install -y chromium libvulkan1";
}

/** @param {Machine} machine */
function canUseApt(machine) {
  return machine.platform === "linux" && machine.isRoot && machine.exists("/usr/bin/apt-get");
}

/** @param {Machine} machine */
function isUbuntu(machine) {
  const { ID = "", ID_LIKE = "" } = osRelease(machine);
  return /ubuntu/.test(`${ID} ${ID_LIKE}`);
}

/** All of apt's source files. @param {Machine} machine */
function aptSources(machine) {
  const folder = "/etc/apt/sources.list.d";
  const names = machine.list(folder).filter((name) => /\.(list|sources)$/.test(name));
  return ["/etc/apt/sources.list", ...names.map((name) => `${folder}/${name}`)]
    .map((path) => machine.read(path).replace(/^#.*\n?/gm, ""))
    .join("\n\n");
}

/** A source line for backports, at the mirror that the computer already uses for bookworm. @param {string} sources */
function backportsLine(sources) {
  const line = /^deb\s+(\[[^\]]*\]\s+)?(\S+)\s+bookworm\s/m.exec(sources);
  if (line) return `deb ${line[1] ?? ""}${line[2]} bookworm-backports main\n`;
  const stanza = sources.split(/\n\s*\n/).find((text) => /^Suites:.*\sbookworm(\s|$)/m.test(text)) ?? "";
  const uri = /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
  const key = /^Signed-By:\s*(\/\S+)/m.exec(stanza)?.[1];
  return uri ? `deb ${key ? `[signed-by=${key}] ` : ""}${uri} bookworm-backports main\n` : null;
}
