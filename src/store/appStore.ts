/** The page's state. It takes the protocol, so that a fake runtime can stand in for the worker. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { RuntimeApi } from "../shared/protocol";
import { createAblationSlice } from "./ablationSlice";
import type { AppState, SliceContext } from "./appState";
import { createAttentionDisplaySlice } from "./attentionDisplaySlice";
import { createAttentionSlice } from "./attentionSlice";
import { createChatSlice } from "./chatSlice";
import { createCompareSlice } from "./compareSlice";
import { createConversationSlice } from "./conversationSlice";
import { createDeviceSlice } from "./deviceSlice";
import { createDraftSlice } from "./draftSlice";
import { createExperimentSlice } from "./experimentSlice";
import { type RequestFrame, requestBrowserFrame } from "./frameBatcher";
import { createImageSlice } from "./imageSlice";
import { createLanesSlice } from "./lanesSlice";
import { createLayoutSlice } from "./layoutSlice";
import { createLibrarySlice } from "./librarySlice";
import { createMeasurementSlice } from "./measurementSlice";
import { createModelSlice } from "./modelSlice";
import { sourceName } from "./modelSource";
import { createNextTokenSlice } from "./nextTokenSlice";
import { createNoticeSlice } from "./noticeSlice";
import { createPreferencesSlice } from "./preferencesSlice";
import { createRecordedSlice } from "./recordedSlice";
import { createSamplingSlice } from "./samplingSlice";
import { createSavingSlice } from "./savingSlice";
import { createSelectionSlice } from "./selectionSlice";
import { createSessionSlice } from "./sessionSlice";
import { chooseStart, rememberModel } from "./startModel";
import { readView } from "./viewAddress";

export type { AppState } from "./appState";
export type AppStore = StoreApi<AppState>;

export interface AppStoreOptions {
  readonly requestFrame?: RequestFrame;
  readonly drawSeed?: () => number;
  readonly now?: () => number;
  readonly wallClock?: () => number;
  readonly newId?: () => string;
  readonly persistStorage?: () => Promise<boolean>;
  readonly memoryBytes?: number | null;
}

function drawRandomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** crypto.randomUUID is missing on pages that came over plain http. */
function drawId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function createAppStore(runtime: RuntimeApi, options: AppStoreOptions = {}): AppStore {
  return createStore<AppState>((set, get) => {
    const context: SliceContext = {
      runtime,
      get,
      set,
      requestFrame: options.requestFrame ?? requestBrowserFrame,
      drawSeed: options.drawSeed ?? drawRandomSeed,
      now: options.now ?? (() => performance.now()),
      wallClock: options.wallClock ?? (() => Date.now()),
      newId: options.newId ?? drawId,
      persistStorage: options.persistStorage ?? (async () => false),
    };
    return {
      ...createNoticeSlice(context),
      ...createDeviceSlice(context),
      ...createModelSlice(context),
      ...createLibrarySlice(context),
      memoryBytes: options.memoryBytes ?? null,
      ...createSessionSlice(context),
      ...createSamplingSlice(context),
      ...createSavingSlice(context),
      ...createPreferencesSlice(context),
      ...createLayoutSlice(context),
      ...createDraftSlice(context),
      ...createConversationSlice(context),
      ...createChatSlice(context),
      ...createImageSlice(context),
      ...createSelectionSlice(context),
      ...createNextTokenSlice(context),
      ...createAttentionSlice(context),
      ...createAttentionDisplaySlice(context),
      ...createAblationSlice(context),
      ...createCompareSlice(context),
      ...createLanesSlice(context),
      ...createMeasurementSlice(context),
      ...createExperimentSlice(context),
      ...createRecordedSlice(context),
    };
  });
}

/** The first thing the page does: ask for the device, then open what the address bar names or what was open last. */
export async function startApp(store: AppStore, address: string): Promise<void> {
  store.setState(readView(address));
  // Before anything is awaited: nobody who writes an id meanwhile may reach another hub.
  const hub = new URL(address).searchParams.get("hub");
  if (hub !== null && hub !== "") store.getState().setHub({ hubAddress: hub });
  await store.getState().describeDevice();
  if (store.getState().device.status === "ready") await openAtStart(store, address);
  store.setState({ isStarting: false });
}

async function openAtStart(store: AppStore, address: string): Promise<void> {
  const { rememberedModel, keptModels } = store.getState();
  const start = chooseStart(address, rememberedModel, rememberedModel === null ? [] : await keptModels());
  const { loading, model, listing, hubFiles, lastRequest, openLink, openKept } = store.getState();
  // A person was faster.
  if ([loading, model, listing, hubFiles, lastRequest].some((asked) => asked !== null)) return;
  if (rememberedModel !== null && start.kind !== "none") {
    store.setState({ rememberedModel: { ...rememberedModel, startsLeft: rememberedModel.startsLeft - 1 } });
  }
  if (start.kind === "bundled") await openBundled(store, start.link, address);
  if (start.kind === "link") await openLink(start.link, start.level, address);
  if (start.kind === "kept") await openKept(start.kept);
}

/** Remembered beforehand: if it takes the page down, the next visits know. If it only fails, the next one tries anew. */
async function openBundled(store: AppStore, link: string, address: string): Promise<void> {
  const name = sourceName({ kind: "url", url: link });
  const attempt = rememberModel(name, "stored", link);
  const remembered = { ...attempt, startsLeft: attempt.startsLeft - 1 };
  store.setState({ rememberedModel: remembered });
  await store.getState().openLink(link, "stored", address);
  if (store.getState().rememberedModel === remembered) store.setState({ rememberedModel: null });
}
