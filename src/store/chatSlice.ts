import { VitrineError } from "../shared/errors";
import type { GenerateEvent, GenerateRequest, GenerateResult, GenerationStats } from "../shared/protocol";
import type { SliceContext } from "./appState";
import { type Answer, buildPrompt, endExchange, type Turn } from "./chatTurns";
import { toErrorInfo } from "./errorInfo";
import { createFrameBatcher } from "./frameBatcher";
import { type GenerationSettings, parseStopStrings } from "./samplingSlice";

export interface Streaming {
  readonly turnId: number;
  readonly text: string;
  /** How far the prompt has been read; null once tokens come. */
  readonly prefill: { readonly doneTokens: number; readonly totalTokens: number } | null;
}

export interface ChatSlice {
  readonly draft: string;
  readonly turns: readonly Turn[];
  readonly streaming: Streaming | null;
  /** Of the newest answer, also while it streams. */
  readonly statistics: Answer | null;
  /** The turn whose error is the newest thing that went wrong. */
  readonly alertTurn: number | null;
  readonly setDraft: (draft: string) => void;
  readonly send: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly stopAndWait: () => Promise<void>;
  readonly newChat: () => Promise<void>;
}

/** Numbers that change while text streams are shown this often; text itself once per frame. */
const STATISTICS_MS = 250;

/** What the worker reported of the answer under way, ahead of what the page has been told. */
interface Progress {
  text: string;
  stats: GenerationStats | null;
  shownAt: number;
}

function drawsSeed(settings: GenerationSettings): boolean {
  return !settings.greedy && settings.temperature > 0;
}

function buildRequest(
  turns: readonly Turn[],
  message: string,
  hasChatTemplate: boolean,
  settings: GenerationSettings,
  seed: number,
): GenerateRequest {
  const { stopText, maxNewTokens, tokensInFlight, atCapacity, ...sampling } = settings;
  return {
    prompt: buildPrompt(turns, message, hasChatTemplate),
    sampling: { ...sampling, seed },
    maxNewTokens,
    stopStrings: parseStopStrings(stopText),
    tokensInFlight,
    atCapacity,
  };
}

export function createChatSlice(context: SliceContext): ChatSlice {
  const { runtime, get, set, now } = context;
  const frames = createFrameBatcher(context.requestFrame);
  let nextId = 1;
  let underWay: Promise<void> = Promise.resolve();
  let stopRequested = false;

  function onEvent(turnId: number, seed: number | null, progress: Progress, event: GenerateEvent): void {
    // Events and the result come on different ports: what arrives after the end is old news.
    if (get().streaming?.turnId !== turnId) return;
    const prefill = event.kind === "prefill" ? event : null;
    if (event.kind === "tokens") {
      progress.text += event.text;
      progress.stats = event.stats;
    }
    frames.schedule(() => {
      if (get().streaming?.turnId !== turnId) return;
      const streaming: Streaming = { turnId, text: progress.text, prefill };
      const { stats } = progress;
      if (stats === null || now() - progress.shownAt < STATISTICS_MS) {
        set({ streaming });
        return;
      }
      progress.shownAt = now();
      set({ streaming, statistics: { stats, endReason: null, seed }, cacheLength: stats.cacheLength });
    });
  }

  function begin(message: string): number {
    const user: Turn = {
      id: nextId++,
      role: "user",
      text: message,
      state: "done",
      isInPrompt: true,
      error: null,
      answer: null,
    };
    const assistant: Turn = { ...user, id: nextId++, role: "assistant", text: "", state: "streaming" };
    set({
      turns: [...get().turns, user, assistant],
      streaming: { turnId: assistant.id, text: "", prefill: null },
      statistics: null,
      draft: "",
      notice: null,
      alertTurn: null,
    });
    return assistant.id;
  }

  function finish(turnId: number, change: Partial<Turn>, message: string): void {
    frames.cancel();
    const { turns, draft } = get();
    const after = endExchange(turns, turnId, change);
    const cameToNothing = after.some((turn) => turn.id === turnId && !turn.isInPrompt);
    set({
      turns: after,
      streaming: null,
      statistics: change.answer ?? get().statistics,
      cacheLength: change.answer?.stats.cacheLength ?? get().cacheLength,
      // The words come back to be sent again, unless new ones were begun.
      draft: cameToNothing && draft === "" ? message : draft,
    });
  }

  async function generate(turnId: number, message: string, before: readonly Turn[]): Promise<void> {
    const { settings, model } = get();
    const isDrawn = drawsSeed(settings);
    const seed = settings.seed ?? (isDrawn ? context.drawSeed() : 0);
    const shownSeed = isDrawn ? seed : null;
    const progress: Progress = { text: "", stats: null, shownAt: Number.NEGATIVE_INFINITY };
    try {
      const session = await get().ensureSession();
      if (stopRequested) {
        finish(turnId, { state: "stopped", text: "" }, message);
        return;
      }
      const hasTemplate = model?.report.hasChatTemplate ?? false;
      const result: GenerateResult = await runtime.generate(
        session.handle,
        buildRequest(before, message, hasTemplate, settings, seed),
        (event) => onEvent(turnId, shownSeed, progress, event),
      );
      const answer: Answer = { stats: result.stats, endReason: result.endReason, seed: shownSeed };
      const state = result.endReason === "stopped" ? "stopped" : "done";
      finish(turnId, { state, text: result.text, answer }, message);
    } catch (error) {
      const { text, stats } = progress;
      const answer: Answer | null = stats === null ? null : { stats, endReason: null, seed: shownSeed };
      finish(turnId, { state: "error", text, error: toErrorInfo(error), answer }, message);
      get().noteError(error);
      set({ alertTurn: turnId });
    }
  }

  return {
    draft: "",
    turns: [],
    streaming: null,
    statistics: null,
    alertTurn: null,
    setDraft: (draft) => set({ draft }),
    send: async () => {
      const { draft, model, streaming, turns } = get();
      if (streaming !== null || model === null || draft.trim() === "") return;
      if (!model.report.hasTokenizer) {
        const reason = "This model came without a tokenizer, so it cannot read or write text.";
        get().report("The message was not sent", new VitrineError("TokenizerError", reason));
        return;
      }
      stopRequested = false;
      underWay = generate(begin(draft), draft, turns);
      await underWay;
    },
    stop: async () => {
      const { streaming, session } = get();
      if (streaming === null) return;
      stopRequested = true;
      try {
        if (session !== null) await runtime.stop(session.handle);
      } catch (error) {
        get().report("Could not stop", error);
      }
    },
    stopAndWait: async () => {
      await get().stop();
      await underWay;
    },
    newChat: async () => {
      await get().stopAndWait();
      set({ turns: [], statistics: null, alertTurn: null, notice: null });
    },
  };
}
