/**
 * Main-thread end of the worker: spawns it, wraps it, and starts a new one after a crash or a lost device.
 * A crashed worker never answers, so every call ends with the crash, too.
 */
import { proxy, type Remote, releaseProxy, wrap } from "comlink";
import { isErrorNamed, VitrineError } from "../shared/errors";
import type { RuntimeApi } from "../shared/protocol";
import { OpenCalls } from "./openCalls";

interface Connection {
  readonly api: Remote<RuntimeApi>;
  readonly calls: OpenCalls;
  readonly close: (reason: Error) => void;
}

function crashed(detail: string): VitrineError {
  const suffix = detail === "" ? "" : ` (${detail})`;
  return new VitrineError(
    "DeviceLostError",
    `The runtime stopped unexpectedly${suffix}, and the model is no longer on the GPU. Load it again to go on.`,
  );
}

function connect(onGone: () => void): Connection {
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), {
    type: "module",
    name: "vitrine-runtime",
  });
  const api = wrap<RuntimeApi>(worker);
  const calls = new OpenCalls();
  let isOpen = true;
  const close = (reason: Error): void => {
    if (!isOpen) return;
    isOpen = false;
    onGone();
    calls.end(reason);
    api[releaseProxy]();
    worker.terminate();
  };
  // Fires for a script that does not load and for exceptions nobody caught: the state inside is no longer known.
  worker.addEventListener("error", (event) => close(crashed(event.message ?? "")));
  worker.addEventListener("messageerror", () => close(crashed("a message could not be read")));
  return { api, calls, close };
}

/** The worker's API as plain promises. The worker starts with the first call. */
export function createRuntimeClient(): RuntimeApi {
  let current: Connection | null = null;

  function connection(): Connection {
    if (current !== null) return current;
    current = connect(() => {
      current = null;
    });
    return current;
  }

  async function call<T>(action: (api: Remote<RuntimeApi>) => Promise<T>): Promise<T> {
    const used = connection();
    try {
      return await used.calls.answered(action(used.api));
    } catch (error) {
      // The device took every buffer with it. A fresh worker asks for a fresh device.
      if (isErrorNamed(error, "DeviceLostError")) used.close(error as Error);
      throw error;
    }
  }

  return {
    openRecording: (address) => call((api) => api.openRecording(address)),
    describeDevice: () => call((api) => api.describeDevice()),
    loadModel: (request, onProgress, onInspected, onTaken) =>
      call((api) =>
        api.loadModel(request, proxy(onProgress), onInspected && proxy(onInspected), onTaken && proxy(onTaken)),
      ),
    listHubFiles: (source, access) => call((api) => api.listHubFiles(source, access)),
    inspectModel: (source, access, also) => call((api) => api.inspectModel(source, access, also)),
    describeRecipe: (handle, choice) => call((api) => api.describeRecipe(handle, choice)),
    pauseLoad: () => call((api) => api.pauseLoad()),
    resumeLoad: () => call((api) => api.resumeLoad()),
    takeOverLoad: () => call((api) => api.takeOverLoad()),
    listKept: () => call((api) => api.listKept()),
    keepModel: (handle, onProgress) => call((api) => api.keepModel(handle, proxy(onProgress))),
    exportGguf: (handle, choice, onPart) => call((api) => api.exportGguf(handle, choice, proxy(onPart))),
    cancelExport: () => call((api) => api.cancelExport()),
    cancelKeep: () => call((api) => api.cancelKeep()),
    whenKept: (handle) => call((api) => api.whenKept(handle)),
    describeKept: (id) => call((api) => api.describeKept(id)),
    verifyKept: (id, onProgress) => call((api) => api.verifyKept(id, proxy(onProgress))),
    deleteKept: (id) => call((api) => api.deleteKept(id)),
    describeStorage: () => call((api) => api.describeStorage()),
    measureBandwidth: () => call((api) => api.measureBandwidth()),
    cancelLoad: () => call((api) => api.cancelLoad()),
    unloadModel: (model) => call((api) => api.unloadModel(model)),
    whenGone: (model) => call((api) => api.whenGone(model)),
    addImage: (model, image) => call((api) => api.addImage(model, image)),
    createSession: (model, request) => call((api) => api.createSession(model, request)),
    closeSession: (session) => call((api) => api.closeSession(session)),
    generate: (session, request, onEvent) => call((api) => api.generate(session, request, proxy(onEvent))),
    stop: (session) => call((api) => api.stop(session)),
    watchNextToken: (session, isWatching) => call((api) => api.watchNextToken(session, isWatching)),
    nextToken: (session, request) => call((api) => api.nextToken(session, request)),
    tokensOf: (model, text) => call((api) => api.tokensOf(model, text)),
    tokenTexts: (model, ids) => call((api) => api.tokenTexts(model, ids)),
    setInspection: (session, on) => call((api) => api.setInspection(session, on)),
    showText: (session, place, exactly) => call((api) => api.showText(session, place, exactly)),
    readOverview: (session, known) => call((api) => api.readOverview(session, known)),
    readTile: (session, request) => call((api) => api.readTile(session, request)),
    readPair: (session, head, row, key) => call((api) => api.readPair(session, head, row, key)),
    readLens: (session, position, top) => call((api) => api.readLens(session, position, top)),
    readLensGrid: (session, start, count, follow) => call((api) => api.readLensGrid(session, start, count, follow)),
    readRollout: (session, position) => call((api) => api.readRollout(session, position)),
    readTowerHead: (model, hash, head, patch) => call((api) => api.readTowerHead(model, hash, head, patch)),
    readEffect: (session, position, factors, top) => call((api) => api.readEffect(session, position, factors, top)),
    compare: (request, onEvent) => call((api) => api.compare(request, proxy(onEvent))),
    pauseComparison: () => call((api) => api.pauseComparison()),
    resumeComparison: () => call((api) => api.resumeComparison()),
    readComparedHead: (request) => call((api) => api.readComparedHead(request)),
    stopComparison: () => call((api) => api.stopComparison()),
    runLanes: (request, onEvent) => call((api) => api.runLanes(request, proxy(onEvent))),
    stopLanes: () => call((api) => api.stopLanes()),
    closeLanes: () => call((api) => api.closeLanes()),
    scaleHeads: (session, factors) => call((api) => api.scaleHeads(session, factors)),
  };
}
