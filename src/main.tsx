import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createRuntimeClient } from "./client/runtimeClient";
import type { RuntimeApi } from "./shared/protocol";
import { createAppStore, startApp } from "./store/appStore";
import { App } from "./ui/App";
import { AppProvider } from "./ui/appContext";
import "./ui/styles/index.css";

/** The worker; in development `?fake=SCENE` puts a runtime with made-up answers in its place. */
async function chooseRuntime(): Promise<RuntimeApi> {
  if (import.meta.env.DEV) {
    const wanted = new URLSearchParams(location.search).get("fake");
    const { createFakeRuntime, FAKE_SCENES } = await import("./store/fakeRuntime");
    const scene = FAKE_SCENES.find((known) => known === wanted);
    if (scene !== undefined) return createFakeRuntime({ scene, tokenMs: 25 });
  }
  return createRuntimeClient();
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const store = createAppStore(await chooseRuntime());
createRoot(root).render(
  <StrictMode>
    <AppProvider store={store}>
      <App />
    </AppProvider>
  </StrictMode>,
);
void startApp(store, location.href);
