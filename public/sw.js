/**
 * Keeps the page itself, so that it opens without a network after the first visit. Files under assets/ carry a hash of
 * their content in the name: one that is kept never changes. The rest is asked for anew while there is a network.
 * Models are not kept here; they have a store of their own.
 */
const CACHE = "vitrine-shell-1";
/** Beside index.html, under names of their own; all else is below assets/ with a hash in its name. */
const ROOT_FILES = /^(manifest\.webmanifest|icon[\w-]*\.(svg|png))$/;
const SCOPE = new URL("./", self.location.href);

/** A file of the page, by its address below the scope; null for everything else, models included. */
function shellPath(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return null;
  const path = url.pathname.slice(SCOPE.pathname.length);
  if (request.mode === "navigate") return path === "" || path === "index.html" ? "" : null;
  return path.startsWith("assets/") || ROOT_FILES.test(path) ? path : null;
}

/** Everything index.html names, and what those files name in turn. */
async function keepShell() {
  const cache = await caches.open(CACHE);
  const waiting = [""];
  const seen = new Set(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const url = new URL(path, SCOPE);
    const response = await fetch(url, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    await cache.put(url, response.clone());
    if (!/(^|\.(html|js|css|webmanifest))$/.test(path)) continue;
    const text = await response.text();
    for (const [name] of text.matchAll(
      /[\w.-]+-[\w-]{8}\.(?:js|css|woff2)|icon[\w-]*\.(?:svg|png)|manifest\.webmanifest/g,
    )) {
      const next = ROOT_FILES.test(name) ? name : `assets/${name}`;
      if (seen.has(next) || isLeftOut(name)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  for (const request of await cache.keys()) {
    if (!seen.has(new URL(request.url).pathname.slice(SCOPE.pathname.length))) await cache.delete(request);
  }
}

/** Letters of scripts that the page itself does not use come when they are needed, and are kept then. */
function isLeftOut(name) {
  return /-(cyrillic|greek|vietnamese|latin-ext)/.test(name);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

/** The page: from the network while there is one, so that a new version is seen at once. */
async function page() {
  try {
    const response = await fetch(SCOPE, { cache: "no-cache" });
    if (response.ok) return response;
  } catch {
    // No network: what was kept.
  }
  const kept = await caches.match(SCOPE);
  return kept ?? Response.error();
}

async function file(request, path) {
  const url = new URL(path, SCOPE);
  const kept = await caches.match(url);
  if (kept !== undefined && path.startsWith("assets/")) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await (await caches.open(CACHE)).put(url, response.clone());
    return response;
  } catch (error) {
    if (kept !== undefined) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const path = shellPath(event.request);
  if (path === null) return;
  event.respondWith(path === "" ? page() : file(event.request, path));
});
