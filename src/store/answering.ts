/** One answer at a time: what is asked of the worker, what the page sees meanwhile, and what stays. */
import { VitrineError } from "../shared/errors";
import type { GenerateEvent, GenerateRequest, GenerateResult, GenerationStats, Prompt } from "../shared/protocol";
import type { SliceContext } from "./appState";
import { type Answer, changeTurn, pathTo, type Turn, turnOf } from "./conversation";
import { buildPrompt } from "./conversationWords";
import { toErrorInfo } from "./errorInfo";
import { createFrameBatcher } from "./frameBatcher";
import type { OpenModel } from "./modelSlice";
import { type GenerationSettings, parseStopStrings } from "./samplingSlice";

/** Numbers that change while text streams are shown this often; text itself once per frame. */
const STATISTICS_MS = 250;

export interface AnswerPlace {
  readonly chatId: string;
  readonly turnId: string;
}

/** What the worker reported of the answer under way, ahead of what the page has been told. */
interface Progress extends AnswerPlace {
  text: string;
  readonly ids: number[];
  stats: GenerationStats | null;
  shownAt: number;
  readonly describe: (stats: GenerationStats, ids: readonly number[], endReason: Answer["endReason"]) => Answer;
}

/** The answer under way as it would be kept if the page ended now. */
export interface UnfinishedAnswer extends AnswerPlace {
  readonly text: string;
  readonly answer: Answer | null;
}

export interface Answering {
  /** The turn is in its chat already, empty or with the text to go on from. Resolves when all is said. */
  readonly answer: (place: AnswerPlace) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly unfinished: () => UnfinishedAnswer | null;
}

function drawsSeed(settings: GenerationSettings): boolean {
  return !settings.greedy && settings.temperature > 0;
}

function buildRequest(prompt: Prompt, settings: GenerationSettings, seed: number): GenerateRequest {
  const { stopText, maxNewTokens, tokensInFlight, atCapacity, ...sampling } = settings;
  return {
    prompt,
    sampling: { ...sampling, seed },
    maxNewTokens,
    stopStrings: parseStopStrings(stopText),
    tokensInFlight,
    atCapacity,
  };
}

export function createAnswering(context: SliceContext): Answering {
  const { runtime, get, set, now, wallClock } = context;
  const frames = createFrameBatcher(context.requestFrame);
  let progress: Progress | null = null;
  let stopRequested = false;

  const isUnderWay = (own: Progress): boolean => get().streaming?.turnId === own.turnId && progress === own;

  function onEvent(own: Progress, event: GenerateEvent): void {
    // Events and the result come on different ports: what arrives after the end is old news.
    if (!isUnderWay(own)) return;
    const prefill = event.kind === "prefill" ? event : null;
    if (event.kind === "tokens") {
      own.text += event.text;
      own.stats = event.stats;
      for (const id of event.ids) own.ids.push(id);
    }
    frames.schedule(() => {
      if (!isUnderWay(own)) return;
      const { chatId, turnId, text, stats } = own;
      const streaming = { chatId, turnId, text, prefill };
      if (stats === null || now() - own.shownAt < STATISTICS_MS) {
        set({ streaming });
        return;
      }
      own.shownAt = now();
      set({ streaming, cacheLength: stats.cacheLength, statistics: own.describe(stats, [], null) });
    });
  }

  function finish({ chatId, turnId }: AnswerPlace, change: Partial<Turn>): void {
    frames.cancel();
    progress = null;
    const isShown = get().chat.id === chatId;
    get().changeChat(chatId, (chat) => changeTurn(chat, turnId, change, wallClock()), {
      streaming: null,
      statistics: (isShown ? change.answer : null) ?? get().statistics,
      cacheLength: change.answer?.stats.cacheLength ?? get().cacheLength,
    });
  }

  async function generate(place: AnswerPlace, model: OpenModel, kept: Turn): Promise<void> {
    const { settings } = get();
    const isDrawn = drawsSeed(settings);
    const seed = settings.seed ?? (isDrawn ? context.drawSeed() : 0);
    const own: Progress = {
      ...place,
      text: kept.text,
      ids: [...(kept.answer?.ids ?? [])],
      stats: null,
      shownAt: Number.NEGATIVE_INFINITY,
      describe: (stats, ids, endReason) => ({
        stats,
        ids,
        endReason,
        seed: isDrawn ? seed : null,
        settings,
        model: model.report.name,
        level: model.request.level,
      }),
    };
    progress = own;
    try {
      const session = await get().ensureSession();
      if (stopRequested) {
        finish(place, { state: "stopped" });
        return;
      }
      const chat = get().chats.get(place.chatId);
      if (chat === undefined) throw new VitrineError("InvalidStateError", "The chat is gone.");
      const upToAnswer = pathTo(chat, place.turnId);
      const path = kept.text === "" ? upToAnswer.slice(0, -1) : upToAnswer;
      const prompt = buildPrompt(path, chat.systemPrompt, model.report.hasChatTemplate);
      const result: GenerateResult = await runtime.generate(
        session.handle,
        buildRequest(prompt, settings, seed),
        (event) => onEvent(own, event),
      );
      const ids = [...(kept.answer?.ids ?? []), ...result.ids];
      finish(place, {
        state: result.endReason === "stopped" ? "stopped" : "done",
        text: kept.text + result.text,
        answer: own.describe(result.stats, ids, result.endReason),
      });
    } catch (error) {
      const { text, ids, stats } = own;
      const answer = stats === null ? kept.answer : own.describe(stats, ids, null);
      finish(place, { state: "error", text, error: toErrorInfo(error), answer });
      get().noteError(error);
      set({ alertTurn: place.turnId });
    }
  }

  return {
    answer: async (place) => {
      const { model, chats } = get();
      const chat = chats.get(place.chatId);
      const turn = chat && turnOf(chat, place.turnId);
      if (model === null || turn === undefined) return;
      stopRequested = false;
      set({
        streaming: { ...place, text: turn.text, prefill: null },
        statistics: null,
        notice: null,
        alertTurn: null,
        undo: null,
      });
      await generate(place, model, turn);
    },
    stop: async () => {
      const { streaming, session } = get();
      if (streaming === null) return;
      stopRequested = true;
      try {
        if (session !== null) await runtime.stop(session.handle);
      } catch (error) {
        get().report({ kind: "stop" }, error);
      }
    },
    unfinished: () => {
      if (progress === null) return null;
      const { chatId, turnId, text, stats, ids, describe } = progress;
      return { chatId, turnId, text, answer: stats === null ? null : describe(stats, [...ids], null) };
    },
  };
}
