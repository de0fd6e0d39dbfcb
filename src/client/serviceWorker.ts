/** Registers public/sw.js, which keeps the page itself for the next visit without a network. */
export function keepOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  // A page that cannot be kept works all the same, with a network.
  addEventListener("load", () => void navigator.serviceWorker.register("./sw.js").catch(() => {}));
  if (document.readyState === "complete") void navigator.serviceWorker.register("./sw.js").catch(() => {});
}
