/** What the set-up steps ask about the computer they run on, in one object, so that tests can describe another one. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";

/**
 * @typedef {object} Machine
 * @property {string} platform As in process.platform.
 * @property {string} arch As in process.arch.
 * @property {boolean} isRoot
 * @property {Record<string, string | undefined>} env
 * @property {(path: string) => boolean} exists
 * @property {(folder: string) => string[]} list File names; none when there is no such folder.
 * @property {(path: string) => string} read Text; "" when there is no such file.
 * @property {(path: string) => string} realPath Links resolved; the path itself when there is none.
 * @property {(program: string) => boolean} starts Whether `program --version` works: a browser may lack libraries.
 * @property {() => string} playwrightChromium Where Playwright would keep its own browser; "" when not installed.
 */

/** @param {() => string} playwrightChromium @returns {Machine} */
export function thisMachine(playwrightChromium) {
  return {
    platform: process.platform,
    arch: process.arch,
    isRoot: process.getuid?.() === 0,
    env: process.env,
    exists: existsSync,
    list: (folder) => orElse(() => readdirSync(folder), []),
    read: (path) => orElse(() => readFileSync(path, "utf8"), ""),
    realPath: (path) => orElse(() => realpathSync(path), path),
    starts: (program) =>
      // A browser on Windows opens a window instead of printing its version.
      process.platform === "win32" ||
      spawnSync(program, ["--version"], { stdio: "ignore", timeout: 60_000 }).status === 0,
    playwrightChromium,
  };
}

/** Fields of /etc/os-release. @param {Machine} machine @returns {Record<string, string>} */
export function osRelease(machine) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of machine.read("/etc/os-release").split("\n")) {
    const [, name, value] = /^([A-Z_]+)="?([^"]*)"?$/.exec(line) ?? [];
    if (name) fields[name] = value ?? "";
  }
  return fields;
}

/** @template T @param {() => T} attempt @param {T} fallback @returns {T} */
function orElse(attempt, fallback) {
  try {
    return attempt();
  } catch {
    return fallback;
  }
}
