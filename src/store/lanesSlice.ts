/** Levels that answer the same prompt side by side, and where each leaves the reference. */
import type { LaneEvent, LaneRequest, LaneStats, LanesRequest } from "../shared/lanes";
import type { TokenText } from "../shared/nextToken";
import type { EndReason, Prompt } from "../shared/protocol";
import type { FormatId } from "../shared/quant";
import type { ComparedChoice } from "../shared/recipes";
import { buildRequest } from "./answering";
import type { SliceContext } from "./appState";
import { chatPrompt } from "./conversationWords";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { createFrameBatcher } from "./frameBatcher";
import { chosenThinking } from "./thinking";

export interface LaneView {
  readonly level: ComparedChoice;
  readonly state: "waiting" | "loading" | "writing" | "ended";
  /** Of loading, 0 to 1. */
  readonly share: number;
  readonly tokens: readonly TokenText[];
  /** Places whose token was taken from the reference. */
  readonly forced: readonly number[];
  readonly stats: LaneStats | null;
  /** Of the weights, by format, once they are loaded. */
  readonly weightBytes: Readonly<Partial<Record<FormatId, number>>> | null;
  /** Null also where the run broke off. */
  readonly endReason: EndReason | null;
}

export interface LanesRun {
  readonly modelName: string;
  readonly request: LanesRequest;
  /** The reference first. */
  readonly lanes: readonly LaneView[];
  readonly isRunning: boolean;
  readonly error: ErrorInfo | null;
}

export interface LanesSlice {
  readonly lanePrompt: string;
  readonly laneTokens: number;
  readonly lanes: LanesRun | null;
  /** Models were opened for lanes, and none was freed since. */
  readonly areLanesOpen: boolean;
  readonly changeLanes: (change: { readonly lanePrompt?: string; readonly laneTokens?: number }) => void;
  /** The reference and all levels chosen, with the settings of the chat. */
  readonly runLanes: () => Promise<void>;
  /** The lane once more: as far as it agrees, then the reference's token, then whatever it says to that. */
  readonly forceReference: (level: ComparedChoice) => Promise<void>;
  readonly stopLanes: () => Promise<void>;
  /** Frees the models that were opened beside the chat's. */
  readonly closeLanes: () => Promise<void>;
}

export const LANE_TOKENS = { min: 1, max: 4096 } as const;

/**
 * The first place where a lane has another token than the reference, or ended where that went on. Null: none yet.
 */
export function divergence(reference: LaneView, lane: LaneView): number | null {
  const length = Math.min(reference.tokens.length, lane.tokens.length);
  for (let i = 0; i < length; i++) if (reference.tokens[i]?.id !== lane.tokens[i]?.id) return i;
  const [shorter, longer] = lane.tokens.length < reference.tokens.length ? [lane, reference] : [reference, lane];
  return hasSpoken(shorter) && longer.tokens.length > length ? length : null;
}

/** What it did not say, it never will. */
function hasSpoken({ endReason }: LaneView): boolean {
  return endReason === "end-of-text" || endReason === "stop-string" || endReason === "max-tokens";
}

function waiting({ level, answerIds }: LaneRequest, before: LaneView | null): LaneView {
  return {
    level,
    state: "waiting",
    share: 0,
    tokens: before?.tokens.slice(0, answerIds.length) ?? [],
    forced: before === null ? [] : [...before.forced, answerIds.length - 1],
    stats: null,
    weightBytes: before?.weightBytes ?? null,
    endReason: null,
  };
}

function withEvent(lane: LaneView, event: LaneEvent): LaneView {
  switch (event.kind) {
    case "loading":
      return { ...lane, state: "loading", share: event.totalBytes > 0 ? event.doneBytes / event.totalBytes : 0 };
    case "opened":
      return { ...lane, state: "waiting", weightBytes: event.weightBytes };
    case "tokens": {
      const tokens = [...lane.tokens.slice(0, event.from), ...event.tokens];
      return { ...lane, state: "writing", tokens, stats: event.stats };
    }
    case "ended":
      return { ...lane, state: "ended", endReason: event.endReason };
  }
}

export function createLanesSlice(context: SliceContext): LanesSlice {
  const { runtime, get, set } = context;
  const frames = createFrameBatcher(context.requestFrame);
  /** Ahead of what the page has been told. */
  let current: LanesRun | null = null;

  const show = (run: LanesRun): void => {
    current = run;
    set({ lanes: run });
  };
  const onEvent = (request: LanesRequest, event: LaneEvent): void => {
    if (current?.request !== request) return;
    const lanes = current.lanes.map((lane) => (lane.level === event.level ? withEvent(lane, event) : lane));
    current = { ...current, lanes };
    frames.schedule(() => set({ lanes: current }));
  };

  async function run(request: LanesRequest, lanes: readonly LaneView[]): Promise<void> {
    const modelName = get().model?.report.name ?? "";
    show({ modelName, request, lanes, isRunning: true, error: null });
    set({ areLanesOpen: true });
    try {
      await runtime.runLanes(request, (event) => onEvent(request, event));
      finish(request, null);
    } catch (error) {
      finish(request, toErrorInfo(error).name === "CancelledError" ? null : get().noteError(error));
    }
  }

  function finish(request: LanesRequest, error: ErrorInfo | null): void {
    frames.cancel();
    if (current?.request !== request) return;
    const lanes = current.lanes.map((lane): LaneView => ({ ...lane, state: "ended" }));
    show({ ...current, lanes, isRunning: false, error });
  }

  function requestOf(
    lanes: readonly LaneRequest[],
    keep: readonly ComparedChoice[],
    seed: number,
  ): LanesRequest | null {
    const { model, settings, lanePrompt, laneTokens, chat } = get();
    if (model === null) return null;
    const thinks = chosenThinking(model.report.thinking, settings.thinks);
    const prompt: Prompt = model.report.hasChatTemplate
      ? chatPrompt(chat.systemPrompt, [{ role: "user", content: lanePrompt }], thinks)
      : { kind: "text", text: lanePrompt };
    const { sampling, stopStrings } = buildRequest(prompt, [], settings, seed);
    const { file, lora } = get().comparisonChoices;
    return {
      model: model.report.handle,
      file,
      lora,
      prompt,
      sampling,
      stopStrings,
      maxNewTokens: laneTokens,
      lanes,
      keep,
    };
  }

  return {
    lanePrompt: "",
    laneTokens: 64,
    lanes: null,
    areLanesOpen: false,
    changeLanes: (change) => {
      const { lanePrompt = get().lanePrompt, laneTokens = get().laneTokens } = change;
      const tokens = Number.isFinite(laneTokens) ? Math.round(laneTokens) : get().laneTokens;
      set({ lanePrompt, laneTokens: Math.min(LANE_TOKENS.max, Math.max(LANE_TOKENS.min, tokens)) });
    },
    runLanes: async () => {
      if (current?.isRunning === true) return;
      const { reference, levels } = get().comparisonChoices;
      const all = [...new Set([reference, ...levels])];
      const lanes = all.map((level): LaneRequest => ({ level, answerIds: [] }));
      const request = requestOf(lanes, all, get().settings.seed ?? context.drawSeed());
      if (request === null) return;
      await run(
        request,
        lanes.map((lane) => waiting(lane, null)),
      );
    },
    forceReference: async (level) => {
      const known = current;
      const [reference] = known?.lanes ?? [];
      const lane = known?.lanes.find((view) => view.level === level);
      if (known === null || known.isRunning || reference === undefined || lane === undefined) return;
      const place = divergence(reference, lane);
      const token = place === null ? undefined : reference.tokens[place];
      if (place === null || token === undefined) return;
      const answerIds = [...lane.tokens.slice(0, place), token].map(({ id }) => id);
      // The same prompt, seed and settings as before, whatever was changed on the page meanwhile.
      const request: LanesRequest = { ...known.request, lanes: [{ level, answerIds }] };
      const begun = waiting({ level, answerIds }, { ...lane, tokens: [...lane.tokens.slice(0, place), token] });
      await run(
        request,
        known.lanes.map((view) => (view === lane ? begun : view)),
      );
    },
    stopLanes: async () => {
      try {
        await runtime.stopLanes();
      } catch (error) {
        get().noteError(error);
      }
    },
    closeLanes: async () => {
      // Before it is done: lanes that are begun meanwhile stand open.
      set({ areLanesOpen: false });
      try {
        await runtime.closeLanes();
      } catch (error) {
        get().noteError(error);
      }
    },
  };
}
