import "@fontsource-variable/source-sans-3/wght.css";
import "@fontsource-variable/source-code-pro/wght.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { memoryBytes, persistStorage } from "./client/browserStorage";
import { createChatStorage } from "./client/chatStorage";
import { createRuntimeClient } from "./client/runtimeClient";
import { keepOffline } from "./client/serviceWorker";
import type { RuntimeApi } from "./shared/protocol";
import { createAppStore, startApp } from "./store/appStore";
import { keepChats, restoreKept } from "./store/keeping";
import { bringsChat, openChatLink } from "./store/openChatLink";
import { followOtherTabs } from "./store/otherTabs";
import { App } from "./ui/App";
import { AppProvider } from "./ui/appContext";
import { tabOf } from "./ui/panels/tabAddress";
import { followLanguage } from "./ui/strings/useStrings";
import "./ui/styles/index.css";

/**
 * The worker. In development, and in the site built with `--mode fake`, `?fake=SCENE` puts a runtime with made-up
 * answers in its place; `&answer=TEXT` says which, `&endless` that they go on until they are stopped.
 */
async function chooseRuntime(): Promise<RuntimeApi> {
  if (import.meta.env.MODE !== "production") {
    const query = new URLSearchParams(location.search);
    const { createFakeRuntime, FAKE_SCENES } = await import("./store/fakeRuntime");
    const scene = FAKE_SCENES.find((known) => known === query.get("fake"));
    const answer = query.get("answer");
    const tokenMs = Number(query.get("ms") ?? 25);
    const isEndless = query.has("endless");
    if (scene !== undefined)
      return createFakeRuntime({ scene, tokenMs, isEndless, ...(answer !== null && { answer }) });
  }
  return createRuntimeClient();
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const store = createAppStore(await chooseRuntime(), { persistStorage, memoryBytes: memoryBytes() });
const storage = createChatStorage();
const preferences = await restoreKept(store, storage);
// At once: what another tab writes from here on is heard of.
const keeper = keepChats(store, storage, preferences);
followOtherTabs(store, storage, keeper);
const tab = tabOf(location.href);
if (tab !== null) store.getState().changeLayout({ tab });
await followLanguage(store);
const showsView = bringsChat(location.href);
if (showsView) {
  store.getState().changeLayout({ hasInspector: true });
  await openChatLink(store, location.href);
  history.replaceState(history.state, "", location.pathname + location.search);
}
// The last moment in which a page that is closed can still write.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void keeper.flush();
});
addEventListener("pagehide", () => void keeper.flush());

createRoot(root).render(
  <StrictMode>
    <AppProvider store={store}>
      <App showsView={showsView} />
    </AppProvider>
  </StrictMode>,
);
void startApp(store, location.href);
if (import.meta.env.PROD) keepOffline();
