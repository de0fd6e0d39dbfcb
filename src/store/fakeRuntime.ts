/**
 * The protocol without a GPU: made-up tokens at a chosen pace. Drives the store's tests and, in development only,
 * the page (`?fake=SCENE`).
 */
import { VitrineError } from "../shared/errors";
import { KV_BYTES, kvBytesPerToken, kvLayersOf } from "../shared/memory";
import type {
  DeviceReport,
  EndReason,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GenerationStats,
  LoadProgress,
  LoadRequest,
  ModelHandle,
  ModelReport,
  RuntimeApi,
  SessionHandle,
  SessionReport,
  SessionRequest,
} from "../shared/protocol";
import { fakeComparison } from "./fakeComparison";
import { fakeInspection } from "./fakeInspection";
import { fakeLanes } from "./fakeLanes";
import { createFakeLibrary } from "./fakeLibrary";
import {
  FAKE_ANSWER,
  FAKE_DEVICE,
  FAKE_MARKDOWN,
  FAKE_SAMPLING,
  FAKE_SEEING_SPEC,
  FAKE_SPEC,
  FAKE_THINKING,
  FAKE_THOUGHT,
  FAKE_WEIGHT_BYTES,
} from "./fakeModel";
import { fakeNextToken, fakeTokenText } from "./fakeNextToken";
import { sourceName } from "./modelSource";

export const FAKE_SCENES = [
  "chat",
  "markdown",
  "base",
  "no-tokenizer",
  "no-webgpu",
  "load-error",
  "slow-load",
  "device-lost",
  "broken-numbers",
  "vision",
  "own-sampling",
  "thinking",
] as const;
export type FakeScene = (typeof FAKE_SCENES)[number];

export interface FakeOptions {
  readonly scene: FakeScene;
  /** Between two tokens; 0 yields to the event loop only. */
  readonly tokenMs: number;
  readonly answer: string;
  /** The answer over and over, until it is stopped or reaches its limit: there is time to act meanwhile. */
  readonly isEndless: boolean;
}

const SCENE_ANSWERS: Readonly<Partial<Record<FakeScene, string>>> = { markdown: FAKE_MARKDOWN, thinking: FAKE_THOUGHT };

const THOUGHT_END = "</think>";

const LOAD_STEPS = 20;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function* over(words: readonly string[]): Generator<string> {
  for (;;) yield* words.map((word, index) => (index === 0 ? ` ${word}` : word));
}

export interface FakeRuntime extends RuntimeApi {
  /** Every call as it came, for tests. */
  readonly calls: { readonly name: keyof RuntimeApi; readonly argument: unknown }[];
}

export function createFakeRuntime(options: Partial<FakeOptions> = {}): FakeRuntime {
  const { scene = "chat", tokenMs = 0, isEndless = false } = options;
  const { answer = SCENE_ANSWERS[scene] ?? FAKE_ANSWER } = options;
  const calls: FakeRuntime["calls"] = [];
  const sessions = new Map<SessionHandle, { report: SessionReport; length: number }>();
  const stopped = new Set<SessionHandle>();
  const log = (name: keyof RuntimeApi, argument?: unknown): void => void calls.push({ name, argument });
  let nextHandle = 1;
  let isCancelled = false;

  async function loadModel(request: LoadRequest, onProgress: (progress: LoadProgress) => void): Promise<ModelReport> {
    log("loadModel", request);
    isCancelled = false;
    const totalBytes = 1_185_376;
    for (let step = 0; step <= LOAD_STEPS; step += 1) {
      if (isCancelled) throw new VitrineError("CancelledError", "Loading was cancelled.");
      if (scene === "load-error" && step === 3) {
        const reason = 'tensor "blk.3.attn_q.weight" ends at byte 1 185 376, past the end of the file.';
        throw new VitrineError("InvalidFileError", `The file is truncated: ${reason} Download it again.`);
      }
      const stage = step < 1 ? "reading" : step < LOAD_STEPS ? "weights" : "kernels";
      onProgress({ stage, doneBytes: Math.round((totalBytes * step) / LOAD_STEPS), totalBytes });
      await wait(scene === "slow-load" ? 1000 : tokenMs);
    }
    return {
      handle: nextHandle++ as ModelHandle,
      name: sourceName(request.source).replace(/\.\w+$/, ""),
      level: request.level,
      spec: scene === "vision" ? FAKE_SEEING_SPEC : FAKE_SPEC,
      parameters: 260_032,
      weightBytes: FAKE_WEIGHT_BYTES,
      gpuBytes: 1_400_000,
      hasTokenizer: scene !== "no-tokenizer",
      hasChatTemplate: scene !== "base" && scene !== "no-tokenizer",
      thinking: scene === "thinking" ? FAKE_THINKING : null,
      ownSampling: scene === "own-sampling" ? FAKE_SAMPLING : null,
      notKept: null,
      variants: [
        { operation: "matvec", variant: "subgroup", reason: "fastest of 3 timed: 1.9 times workgroup" },
        { operation: "norm", variant: "workgroup", reason: "fastest of 2 timed" },
        { operation: "attention", variant: "workgroup", reason: "the only one that fits 32 KiB" },
      ],
    };
  }

  async function createSession(model: ModelHandle, request: SessionRequest): Promise<SessionReport> {
    log("createSession", { model, request });
    const capacity = request.capacity ?? FAKE_SPEC.contextLength;
    const bytesPerToken = kvBytesPerToken(kvLayersOf(FAKE_SPEC), KV_BYTES[request.kvPrecision]);
    const report: SessionReport = {
      handle: nextHandle++ as SessionHandle,
      capacity,
      kvPrecision: request.kvPrecision,
      cacheBytes: bytesPerToken * capacity,
      bytesPerToken,
    };
    sessions.set(report.handle, { report, length: 0 });
    return report;
  }

  async function generate(
    handle: SessionHandle,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    log("generate", { session: handle, request });
    const session = sessions.get(handle);
    if (session === undefined) throw new VitrineError("InvalidStateError", "The session was closed.");
    stopped.delete(handle);
    // A thought that the template closes at once.
    const isSilent = request.prompt.kind === "chat" && request.prompt.thinks === false;
    const said = isSilent ? answer.slice(answer.indexOf(THOUGHT_END) + THOUGHT_END.length) : answer;
    const words = said.match(/\s*\S+/g) ?? [];
    const promptTokens = JSON.stringify(request.prompt).length >> 2;
    const cachedTokens = Math.min(session.length, promptTokens);
    const given = request.answerIds ?? [];
    const ids: number[] = [...given];
    const probabilities: number[] = [];
    let text = "";
    let endReason: EndReason = "end-of-text";
    const stats = (): GenerationStats => {
      session.length = Math.min(session.report.capacity, promptTokens + ids.length);
      return {
        promptTokens,
        cachedTokens,
        generatedTokens: ids.length,
        prefillMs: 38.4,
        firstTokenMs: 42.1,
        decodeMs: ids.length * 24.2,
        cacheLength: session.length,
        cacheCapacity: session.report.capacity,
        cacheBytesUsed: session.length * session.report.bytesPerToken,
        droppedPieces: 0,
      };
    };
    onEvent({ kind: "prefill", doneTokens: cachedTokens, totalTokens: promptTokens });
    await wait(tokenMs * 4);
    if (given.length > 0) {
      text = given.map((id) => fakeTokenText(id).text).join("");
      onEvent({ kind: "given", ids: given, text });
    }
    for (const word of isEndless ? over(words) : words) {
      if (stopped.has(handle)) endReason = "stopped";
      else if (ids.length >= request.maxNewTokens) endReason = "max-tokens";
      if (endReason !== "end-of-text") break;
      if (scene === "device-lost" && ids.length === 12) {
        sessions.clear();
        const reason = "The graphics device was lost: the driver was reset or ran out of memory.";
        throw new VitrineError("DeviceLostError", `${reason} Load the model again to go on.`);
      }
      if (scene === "broken-numbers") {
        const reason = "The model produced a number that is not finite, so generation was stopped.";
        throw new VitrineError("NonFiniteLogitsError", `${reason} Try another level or other kernels.`);
      }
      const probability = 0.1 + ((ids.length * 37) % 90) / 100;
      ids.push(ids.length);
      probabilities.push(probability);
      text += word;
      onEvent({ kind: "tokens", ids: ids.slice(-1), probabilities: [probability], text: word, stats: stats() });
      await wait(tokenMs);
    }
    return { text, ids, probabilities, endReason, stats: stats() };
  }

  return {
    ...fakeInspection(
      scene === "vision" ? FAKE_SEEING_SPEC : FAKE_SPEC,
      (session) => sessions.get(session)?.length ?? 0,
      log,
    ),
    ...fakeComparison(tokenMs, log),
    ...fakeLanes(tokenMs, log),
    calls,
    ...createFakeLibrary(log),
    openRecording: async () => {
      throw new VitrineError("DownloadError", "The recorded example could not be fetched.");
    },
    describeDevice: async (): Promise<DeviceReport> => {
      log("describeDevice");
      if (scene === "no-webgpu") throw new VitrineError("WebGpuUnavailableError", "navigator.gpu is missing.");
      return FAKE_DEVICE;
    },
    loadModel,
    cancelLoad: async () => {
      log("cancelLoad");
      isCancelled = true;
    },
    unloadModel: async (model) => log("unloadModel", model),
    whenGone: () => new Promise(() => {}),
    addImage: async (model, image) => {
      log("addImage", model);
      const data = new Uint8Array(48 * 48 * 3).fill(image.size % 256);
      const sizes = { sourceWidth: 64, sourceHeight: 48, resizedWidth: 64, resizedHeight: 48, cropLeft: 8, cropTop: 0 };
      return { hash: `fake-${image.size}`, ...sizes, seen: { width: 48, height: 48, data }, patchSize: 8, tokens: 36 };
    },
    createSession,
    closeSession: async (session) => {
      log("closeSession", session);
      sessions.delete(session);
    },
    generate,
    stop: async (session) => {
      log("stop", session);
      stopped.add(session);
    },
    watchNextToken: async (session, isWatching) => log("watchNextToken", { session, isWatching }),
    nextToken: async (session, request) => {
      log("nextToken", { session, request });
      return fakeNextToken(request, FAKE_SPEC.vocabSize);
    },
    tokensOf: async (model, text) => {
      log("tokensOf", { model, text });
      const pieces = text.match(/\s*\S+/g) ?? [];
      return pieces.map((piece, index) => ({ ...fakeTokenText(index), text: piece, isSpecial: false }));
    },
    tokenTexts: async (model, ids) => {
      log("tokenTexts", { model, ids });
      return ids.map(fakeTokenText);
    },
  };
}
