/** One answer at a time: what is asked of the worker, what the page sees meanwhile, and what stays. */
import { VitrineError } from "../shared/errors";
import type { GenerateEvent, GenerateRequest, GenerateResult, GenerationStats, Prompt } from "../shared/protocol";
import type { SliceContext } from "./appState";
import type { Streaming } from "./chatSlice";
import { type Answer, changeTurn, pathTo, type Turn, turnOf } from "./conversation";
import { toErrorInfo } from "./errorInfo";
import { createFrameBatcher } from "./frameBatcher";
import type { OpenModel } from "./modelSlice";
import { lastingNotice } from "./noticeSlice";
import { promptOf } from "./promptOf";
import { drawsTokens, type GenerationSettings, parseStopStrings, samplerOf } from "./samplingSlice";
import { opensThought } from "./thinking";

/** Numbers that change while text streams are shown this often; text itself once per frame. */
const STATISTICS_MS = 250;

export interface AnswerPlace {
  readonly chatId: string;
  readonly turnId: string;
}

/** What the worker reported of the answer under way, ahead of what the page has been told. */
interface Progress extends AnswerPlace {
  text: string;
  ids: readonly number[];
  probabilities: readonly (number | null)[];
  textStarts: readonly number[];
  stats: GenerationStats | null;
  shownAt: number;
  readonly opensThought: boolean;
  readonly describe: (stats: GenerationStats, tokens: AnswerTokens, endReason: Answer["endReason"]) => Answer;
}

/** Ids, and of each the model's own probability where it is known. */
export type AnswerTokens = Pick<Answer, "ids" | "probabilities">;

/** What an answer is to begin with. */
export interface GivenAnswer extends AnswerTokens {
  /** As when they were generated: a thought that was begun is gone on with. */
  readonly thinks: boolean | null;
}

const NO_TOKENS: AnswerTokens = { ids: [], probabilities: [] };

/** The answer under way as it would be kept if the page ended now. */
export interface UnfinishedAnswer extends AnswerPlace {
  readonly text: string;
  readonly answer: Answer | null;
}

export interface Answering {
  /**
   * The turn is in its chat already, empty or with the text to go on from. Resolves when all is said.
   * @param given tokens that the answer begins with, exactly these; what the turn's text was is then of no account
   */
  readonly answer: (place: AnswerPlace, given?: GivenAnswer) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly unfinished: () => UnfinishedAnswer | null;
}

export function buildRequest(
  prompt: Prompt,
  answerIds: readonly number[],
  settings: GenerationSettings,
  seed: number,
): GenerateRequest {
  const { stopText, maxNewTokens, tokensInFlight, atCapacity } = settings;
  return {
    prompt,
    answerIds,
    sampling: { ...samplerOf(settings), seed },
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
    if (event.kind === "given") own.text = event.text;
    if (event.kind === "tokens") {
      own.textStarts = [...own.textStarts, ...event.ids.map(() => own.text.length)];
      own.text += event.text;
      own.stats = event.stats;
      own.ids = [...own.ids, ...event.ids];
      own.probabilities = [...own.probabilities, ...event.probabilities];
    }
    frames.schedule(() => {
      if (!isUnderWay(own)) return;
      const { stats } = own;
      const { stats: _, shownAt: _at, describe: _describe, ...shown } = own;
      const streaming: Streaming = { ...shown, prefill };
      if (stats === null || now() - own.shownAt < STATISTICS_MS) {
        set({ streaming });
        return;
      }
      own.shownAt = now();
      const isShown = get().chat.id === own.chatId;
      const statistics = isShown ? own.describe(stats, NO_TOKENS, null) : get().statistics;
      set({ streaming, cacheLength: stats.cacheLength, statistics });
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

  async function generate(place: AnswerPlace, model: OpenModel, kept: Turn, given: GivenAnswer | null): Promise<void> {
    const { settings } = get();
    const isDrawn = drawsTokens(settings);
    const seed = settings.seed ?? (isDrawn ? context.drawSeed() : 0);
    const { ids, probabilities } = given ?? kept.answer ?? NO_TOKENS;
    const before: AnswerTokens = { ids, probabilities };
    const { thinks } = given ?? kept.answer?.settings ?? settings;
    const opens = opensThought(model.report.thinking, thinks) && !kept.isEdited;
    const own: Progress = {
      ...place,
      text: kept.text,
      ...before,
      textStarts: [],
      opensThought: opens,
      stats: null,
      shownAt: Number.NEGATIVE_INFINITY,
      describe: (stats, tokens, endReason) => ({
        stats,
        ids: tokens.ids,
        probabilities: tokens.probabilities,
        endReason,
        seed: isDrawn ? seed : null,
        settings: { ...settings, thinks },
        model: model.report.name,
        level: model.report.level,
        isCompletion: !model.report.hasChatTemplate,
        opensThought: opens,
      }),
    };
    progress = own;
    try {
      await get().endAblation();
      const session = await get().ensureSession();
      if (stopRequested) {
        finish(place, { state: "stopped" });
        return;
      }
      const chat = get().chats.get(place.chatId);
      if (chat === undefined) throw new VitrineError("InvalidStateError", "The chat is gone.");
      const upToAnswer = pathTo(chat, place.turnId);
      const isInPrompt = kept.text !== "" && given === null;
      const path = isInPrompt ? upToAnswer : upToAnswer.slice(0, -1);
      await get().seePath(chat.id, path);
      if (stopRequested) {
        finish(place, { state: "stopped" });
        return;
      }
      const prompt = promptOf(get(), chat, path, thinks);
      const result: GenerateResult = await runtime.generate(
        session.handle,
        buildRequest(prompt, given?.ids ?? [], settings, seed),
        (event) => onEvent(own, event),
      );
      const tokens: AnswerTokens = {
        ids: given === null ? [...before.ids, ...result.ids] : result.ids,
        probabilities: [...before.probabilities, ...result.probabilities],
      };
      finish(place, {
        state: result.endReason === "stopped" ? "stopped" : "done",
        text: given === null ? kept.text + result.text : result.text,
        answer: own.describe(result.stats, tokens, result.endReason),
      });
    } catch (error) {
      const { text, stats } = own;
      const answer = stats === null ? kept.answer : own.describe(stats, own, null);
      finish(place, { state: "error", text, error: toErrorInfo(error), answer });
      get().noteError(error);
      set({ alertTurn: place.turnId });
    }
  }

  return {
    answer: async (place, given) => {
      const { model, chats } = get();
      const chat = chats.get(place.chatId);
      const turn = chat && turnOf(chat, place.turnId);
      if (model === null || turn === undefined) return;
      stopRequested = false;
      set({
        streaming: {
          ...place,
          text: turn.text,
          ids: [],
          probabilities: [],
          textStarts: [],
          prefill: null,
          opensThought: turn.answer?.opensThought ?? false,
        },
        statistics: null,
        notice: lastingNotice(get()),
        alertTurn: null,
        undo: null,
      });
      await generate(place, model, turn, given ?? null);
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
      const { chatId, turnId, text, stats, describe } = progress;
      return { chatId, turnId, text, answer: stats === null ? null : describe(stats, progress, null) };
    },
  };
}
