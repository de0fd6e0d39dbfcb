/** Brings node_modules up to the lockfile. Only Node's own modules: this runs before any package is there. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockEntry
 * @typedef {Record<string, LockEntry>} LockEntries By path, "" for the project itself.
 */

/** True when Node's version fits `engines` in package.json: 20.19 and later in 20, or 22.12 and later. @param {string} version */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/**
 * Whether everything the lockfile asks for is installed as it says. Packages beyond that do no harm; optional ones may
 * be absent, because most of them are for other platforms.
 * @param {LockEntries} wanted @param {LockEntries} installed
 */
export function isCurrent(wanted, installed) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const present = installed[path];
    if (!present) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/** Installs when something is missing or another version. Ends the process when that fails. */
export async function ensurePackages() {
  if (!isSupportedNode(process.versions.node)) {
    console.error(`Vitrine needs Node 20.19 or later in 20, or 22.12 or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
  const installed = readLock(join(ROOT, "node_modules", ".package-lock.json"));
  if (isCurrent(readLock(join(ROOT, "package-lock.json")), installed)) return;
  console.log("Installing packages ...");
  const code = await run(["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]);
  if (code !== 0) {
    console.error("The packages could not be installed: see npm's message above.");
    process.exit(1);
  }
}

/** @param {string} path @returns {LockEntries} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}
