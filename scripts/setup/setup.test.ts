import { describe, expect, test } from "vitest";
import { findGraphics, graphicsEnvironment } from "./graphics.mjs";
import type { Machine } from "./machine.mjs";
import { isCurrent, isSupportedNode } from "./packages.mjs";
import { attempts, lavapipeAttempt, lineToRun, missing } from "./plan.mjs";

const ALL = { browser: true, vulkan: true };
const LOADER = "/usr/lib/x86_64-linux-gnu/libvulkan.so.1";
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const LAVAPIPE = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json";
const PLAYWRIGHT = "/home/a/.cache/ms-playwright/chromium-1/chrome-linux";

const BOOKWORM = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
const UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04"\n';
const SOURCES = `Types: deb
# the usual
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: https://mirror.example/security
Suites: bookworm-security
Components: main
`;

/** A computer with these files and nothing else. */
function machine(files: Record<string, string>, more: Partial<Machine> = {}): Machine {
  return {
    platform: "linux",
    arch: "x64",
    isRoot: false,
    env: {},
    exists: (path) => path in files,
    list: (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    read: (path) => files[path] ?? "",
    realPath: (path) => path,
    starts: () => true,
    playwrightChromium: () => "",
    ...more,
  };
}

function driver(version: string): string {
  return JSON.stringify({ ICD: { api_version: version, library_path: "x.so" } }, null, 2);
}

const COMPLETE = {
  "/etc/os-release": BOOKWORM,
  "/usr/bin/apt-get": "",
  "/usr/bin/chromium": "",
  [LOADER]: "",
  [SWIFTSHADER]: "",
  [LAVAPIPE]: driver("1.4.305"),
};
const BARE = { "/etc/os-release": BOOKWORM, "/usr/bin/apt-get": "", "/etc/apt/sources.list.d/debian.sources": SOURCES };

describe("finding", () => {
  test("everything of Debian", () => {
    const here = machine(COMPLETE);
    const found = findGraphics(here);
    expect(found).toMatchObject({ chromium: "/usr/bin/chromium", loader: LOADER, swiftshader: SWIFTSHADER });
    expect(found).toMatchObject({ lavapipe: LAVAPIPE, oldLavapipe: null });
    expect(missing(here, found, ALL)).toEqual([]);
    expect(graphicsEnvironment(found)).toEqual({
      CHROMIUM_PATH: "/usr/bin/chromium",
      VITRINE_ICD_SWIFTSHADER: SWIFTSHADER,
      VITRINE_ICD_LAVAPIPE: LAVAPIPE,
    });
  });

  test("Playwright's browser alone is enough: it brings a loader and a driver", () => {
    const files = { [`${PLAYWRIGHT}/chrome`]: "", [`${PLAYWRIGHT}/libvulkan.so.1`]: "" };
    const here = machine(
      { ...files, [`${PLAYWRIGHT}/vk_swiftshader_icd.json`]: "" },
      { playwrightChromium: () => `${PLAYWRIGHT}/chrome` },
    );
    const found = findGraphics(here);
    expect(missing(here, found, ALL)).toEqual([]);
    expect(graphicsEnvironment(found)).toMatchObject({
      CHROMIUM_PATH: `${PLAYWRIGHT}/chrome`,
      VITRINE_ICD_SWIFTSHADER: `${PLAYWRIGHT}/vk_swiftshader_icd.json`,
      LD_LIBRARY_PATH: expect.stringContaining(PLAYWRIGHT),
    });
  });

  test("beside a browser that is a link, and by CHROMIUM_PATH", () => {
    const files = { "/usr/bin/google-chrome": "", "/opt/odd/vk_swiftshader_icd.json": "" };
    const realPath = (path: string) => (path === "/usr/bin/google-chrome" ? "/opt/odd/chrome" : path);
    expect(findGraphics(machine(files, { realPath })).swiftshader).toBe("/opt/odd/vk_swiftshader_icd.json");
    const named = machine({ ...COMPLETE, "/x/chrome": "" }, { env: { CHROMIUM_PATH: "/x/chrome" } });
    expect(findGraphics(named).chromium).toBe("/x/chrome");
    expect(findGraphics(machine(COMPLETE, { env: { CHROMIUM_PATH: "/gone" } })).chromium).toBeNull();
  });

  test.each([
    ["1.3.230", null],
    ["1.3.273", null],
    ["1.3.274", LAVAPIPE],
    ["1.4.0", LAVAPIPE],
    ["2.0.0", LAVAPIPE],
    ["nonsense", null],
  ])("lavapipe of Vulkan %s", (version, expected) => {
    const found = findGraphics(machine({ [LAVAPIPE]: driver(version) }));
    expect(found.lavapipe).toBe(expected);
    expect(found.oldLavapipe).toBe(expected ? null : LAVAPIPE);
  });

  test("what is missing depends on which tests run", () => {
    const here = machine({});
    const found = findGraphics(here);
    expect(missing(here, found, ALL)).toHaveLength(3);
    expect(missing(here, found, { browser: true, vulkan: false })).toEqual(["a Chromium with WebGPU"]);
    expect(missing(here, found, { browser: false, vulkan: true })).toHaveLength(2);
    const broken = machine(COMPLETE, { starts: () => false });
    expect(missing(broken, findGraphics(broken), ALL)).toEqual(["libraries that Chromium starts with"]);
  });

  test("macOS and Windows need only a browser: Dawn draws on the system's own interface", () => {
    const chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    const mac = machine({ [chrome]: "" }, { platform: "darwin" });
    expect(missing(mac, findGraphics(mac), ALL)).toEqual([]);
    const windows = machine({}, { platform: "win32" });
    expect(missing(windows, findGraphics(windows), ALL)).toEqual(["a Chromium with WebGPU"]);
    expect(attempts(windows).map(({ commands }) => commands[0]?.[0])).toEqual(["npx"]);
  });
});

describe("installing", () => {
  const programs = (here: Machine) => attempts(here).flatMap(({ commands }) => commands.map(([first]) => first));

  test("who is not root is never led to apt, and gets a line", () => {
    const here = machine(BARE);
    expect(programs(here)).toEqual(["npx"]);
    expect(lavapipeAttempt(here, findGraphics(here))).toBeNull();
    expect(lineToRun(here, [])).toBe("sudo apt-get update && sudo apt-get install -y chromium libvulkan1");
    expect(lineToRun(machine({ "/etc/os-release": "ID=fedora\n" }), [])).toContain("dnf install");
    expect(lineToRun(machine({ "/etc/os-release": "ID=manjaro\nID_LIKE=arch\n" }), [])).toContain("pacman");
    expect(lineToRun(here, ["libraries that Chromium starts with"])).toContain("playwright install-deps");
  });

  test("root on Debian: apt first, then Playwright", () => {
    const here = machine(BARE, { isRoot: true });
    expect(programs(here)).toEqual(["apt-get", "apt-get", "npx", "npx"]);
    expect(attempts(here)[0]?.commands[1]?.slice(-2)).toEqual(["chromium", "libvulkan1"]);
  });

  test("root on Ubuntu: Playwright, because the package is a snap", () => {
    const here = machine({ "/etc/os-release": UBUNTU, "/usr/bin/apt-get": "" }, { isRoot: true });
    expect(programs(here)[0]).toBe("npx");
    expect(attempts(here).flatMap(({ commands }) => commands.flat())).not.toContain("chromium-browser");
  });

  test("nothing asks for a password", () => {
    for (const isRoot of [true, false]) {
      for (const release of [BOOKWORM, UBUNTU, ""]) {
        const here = machine({ ...BARE, "/etc/os-release": release }, { isRoot });
        const plan = [...attempts(here), lavapipeAttempt(here, findGraphics(here))];
        expect(plan.flatMap((attempt) => attempt?.commands.flat() ?? [])).not.toContain("sudo");
      }
    }
  });
});

describe("lavapipe for root on bookworm comes from backports", () => {
  const plan = (sources: Record<string, string>, isRoot = true) => {
    const here = machine({ "/etc/os-release": BOOKWORM, "/usr/bin/apt-get": "", ...sources }, { isRoot });
    return lavapipeAttempt(here, findGraphics(here));
  };

  test("at the mirror in use, in both notations", () => {
    expect(plan({ "/etc/apt/sources.list.d/debian.sources": SOURCES })?.file).toEqual({
      path: "/etc/apt/sources.list.d/vitrine-backports.list",
      text: "deb [signed-by=/usr/share/keyrings/debian.gpg] https://mirror.example/debian bookworm-backports main\n",
    });
    const line = "# deb http://old/ bookworm main\ndeb http://mirror.example/debian bookworm main contrib\n";
    expect(plan({ "/etc/apt/sources.list": line })?.file?.text).toBe(
      "deb http://mirror.example/debian bookworm-backports main\n",
    );
  });

  test("which is not added twice", () => {
    const attempt = plan({ "/etc/apt/sources.list": "deb http://mirror.example/debian bookworm-backports main\n" });
    expect(attempt?.file).toBeUndefined();
    expect(attempt?.commands[1]).toContain("bookworm-backports");
  });

  test("and not at all without a known mirror, without root, or when it is there", () => {
    expect(plan({})).toBeNull();
    expect(plan({ "/etc/apt/sources.list.d/debian.sources": SOURCES }, false)).toBeNull();
    expect(plan({ "/etc/apt/sources.list.d/debian.sources": SOURCES, [LAVAPIPE]: driver("1.4.305") })).toBeNull();
  });

  test("an old one is replaced there", () => {
    const sources = { "/etc/apt/sources.list.d/debian.sources": SOURCES, [LAVAPIPE]: driver("1.3.230") };
    expect(plan(sources)?.commands[1]).toContain("mesa-vulkan-drivers");
  });
});

describe("packages", () => {
  const wanted = { "": {}, "node_modules/a": { version: "1.0.0", integrity: "x" } };

  test("are current when every one is there as the lockfile says", () => {
    expect(isCurrent(wanted, { ...wanted, "node_modules/more": { version: "1.0.0" } })).toBe(true);
    expect(isCurrent(wanted, {})).toBe(false);
    expect(isCurrent(wanted, { "node_modules/a": { version: "1.0.1", integrity: "x" } })).toBe(false);
    expect(isCurrent(wanted, { "node_modules/a": { version: "1.0.0", integrity: "y" } })).toBe(false);
  });

  test("for other platforms may be absent", () => {
    expect(isCurrent({ "node_modules/a-win32": { version: "1.0.0", optional: true } }, {})).toBe(true);
  });

  test.each([
    ["20.18.3", false],
    ["20.19.0", true],
    ["21.7.0", false],
    ["22.11.0", false],
    ["22.12.0", true],
    ["23.0.0", true],
    ["26.1.0", true],
  ])("Node %s: %s", (version, expected) => {
    expect(isSupportedNode(version)).toBe(expected);
  });
});
