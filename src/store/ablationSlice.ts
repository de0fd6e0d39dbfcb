/** The same question with some heads switched off or scaled: the answer anew beside the old one, and what changed. */
import { VitrineError } from "../shared/errors";
import type { EffectReport, HeadFactor, HeadId } from "../shared/inspection";
import type { TextPlace, TokenText } from "../shared/nextToken";
import type { ModelReport, SessionHandle } from "../shared/protocol";
import { buildRequest } from "./answering";
import type { SliceContext } from "./appState";
import { type Answer, turnOf } from "./conversation";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { lookedAtToken, textPlaceOf } from "./nextTokenSlice";
import { isSameHead, pinnedToken } from "./selectionSlice";

/** Next tokens compared on either side. */
const COMPARED = 5;
/** More would make every number overflow. */
export const FACTOR_RANGE = { min: -10, max: 10 } as const;

/** What the factors change about one next token. */
export interface Effect {
  /** Where it was looked: at the pinned token, or where the answers part. */
  readonly at: "pinned" | "difference";
  /** After this token of the answer; below 0: of its prompt, from its end. */
  readonly index: number;
  readonly report: EffectReport;
}

export interface AblatedAnswer {
  readonly turnId: string;
  readonly factors: readonly HeadFactor[];
  /** Tokens of the answer that were kept. */
  readonly from: number;
  readonly state: "running" | "done" | "stopped" | "error";
  readonly before: readonly TokenText[];
  readonly after: readonly TokenText[];
  readonly error: ErrorInfo | null;
  /** Of the answer, from 0; null: the answers are the same so far. */
  readonly firstDifference: number | null;
  readonly effects: readonly Effect[];
}

export interface AblationSlice {
  /** Heads that do not count as they are. */
  readonly headFactors: readonly HeadFactor[];
  readonly ablation: AblatedAnswer | null;
  /** Switches heads off; gives them back where all of them are named already. */
  readonly toggleAblated: (heads: readonly HeadId[]) => void;
  /** 1 takes a head off the list. */
  readonly scaleHeads: (heads: readonly HeadId[], factor: number) => void;
  readonly restoreHeads: () => void;
  /**
   * Answers again what the looked-at answer answers, with the same settings and seed.
   * @param from tokens of the answer that are kept as they are
   */
  readonly regenerateAblated: (from?: number) => Promise<void>;
  /** Ends it, and whatever else of attention is under way, so that the chat can go on. */
  readonly endAblation: () => Promise<void>;
}

/** Where an answer can be begun anew: at the pinned token, if it is one of this answer. */
export function pinnedIndex(state: Parameters<typeof pinnedToken>[0], turnId: string): number | null {
  const place = pinnedToken(state);
  return place?.turnId === turnId ? place.index : null;
}

/** Null: one is as the other, as far as the shorter goes, unless that one has ended there. */
export function firstDifference(before: readonly number[], after: readonly number[], isOver: boolean): number | null {
  const common = Math.min(before.length, after.length);
  for (let i = 0; i < common; i++) if (before[i] !== after[i]) return i;
  return isOver && before.length !== after.length ? common : null;
}

/** What is asked, as it was when it was asked, whatever is looked at or switched off meanwhile. */
interface Question {
  readonly model: ModelReport;
  /** The answer with its prompt. */
  readonly text: TextPlace;
  readonly answer: Answer;
  readonly factors: readonly HeadFactor[];
  readonly from: number;
  readonly pinned: number | null;
}

export function createAblationSlice(context: SliceContext): AblationSlice {
  const { runtime, get, set } = context;
  let underWay: { readonly session: SessionHandle; readonly ended: Promise<void>; isEnding: boolean } | null = null;
  /** Until all is said, also before it is under way. */
  let isAsked = false;

  const change = (part: Partial<AblatedAnswer>): void => {
    const { ablation } = get();
    if (ablation !== null) set({ ablation: { ...ablation, ...part } });
  };

  async function textsOf(report: ModelReport, ids: readonly number[]): Promise<readonly TokenText[]> {
    if (report.hasTokenizer) return runtime.tokenTexts(report.handle, ids);
    return ids.map((id) => ({ id, text: `#${id}`, part: 0, bytes: null, isSpecial: false }));
  }

  async function effectAfter(
    session: SessionHandle,
    { text, factors }: Question,
    index: number,
    at: Effect["at"],
  ): Promise<Effect[]> {
    const length = await runtime.showText(session, { ...text, index });
    const position = length - text.answerIds.length + index;
    if (position < 0 || position >= length) return [];
    const report = await runtime.readEffect(session, position, factors, COMPARED);
    return report === null ? [] : [{ at, index, report }];
  }

  /** The answer anew, from a token on; resolves with the first difference, or undefined when it was stopped. */
  async function answerAnew(session: SessionHandle, question: Question): Promise<number | null | undefined> {
    const { model, text, answer, factors, from } = question;
    const asked = answer.settings ?? get().settings;
    // As long as the old one may have become, whatever of it is kept.
    const maxNewTokens = Math.max(asked.maxNewTokens, answer.ids.length) - from;
    const given = answer.ids.slice(0, from);
    const request = buildRequest(text.prompt, given, { ...asked, maxNewTokens }, answer.seed ?? 0);
    const ids: number[] = [];
    await runtime.scaleHeads(session, factors);
    const show = async (isOver: boolean): Promise<number | null> => {
      const after = await textsOf(model, ids);
      const first = firstDifference(answer.ids, ids, isOver);
      change({ after, firstDifference: first });
      return first;
    };
    let shownAt = 0;
    // Ended before there was an answer to stop.
    if (underWay?.isEnding === true) {
      await runtime.scaleHeads(session, []);
      return undefined;
    }
    const result = await runtime.generate(session, request, (event) => {
      if (event.kind === "prefill") return;
      ids.push(...event.ids);
      if (context.now() - shownAt < 200) return;
      shownAt = context.now();
      void show(false).catch(() => {});
    });
    ids.splice(0, ids.length, ...result.ids);
    const isStopped = result.endReason === "stopped";
    const first = await show(!isStopped);
    await runtime.scaleHeads(session, []);
    return isStopped ? undefined : first;
  }

  async function answerAndCompare(session: SessionHandle, question: Question): Promise<void> {
    const { pinned } = question;
    const first = await answerAnew(session, question);
    if (first === undefined) {
      change({ state: "stopped" });
      return;
    }
    await runtime.setInspection(session, true);
    const effects = pinned === null ? [] : await effectAfter(session, question, pinned, "pinned");
    if (first !== null && first - 1 !== pinned) {
      effects.push(...(await effectAfter(session, question, first - 1, "difference")));
    }
    change({ state: "done", effects });
  }

  async function run(session: SessionHandle, question: Question): Promise<void> {
    try {
      await get().borrowCache(() => answerAndCompare(session, question));
    } catch (error) {
      change({ state: "error", error: toErrorInfo(error) });
      // The next answer of the chat must have all its heads.
      await runtime.scaleHeads(session, []).catch(() => {});
    } finally {
      underWay = null;
    }
  }

  async function begin(turnId: string, question: Question): Promise<void> {
    const { model, answer, factors, from } = question;
    const before = await textsOf(model, answer.ids);
    const known = { turnId, factors, from, before };
    set({ ablation: { ...known, state: "running", after: [], error: null, firstDifference: null, effects: [] } });
    try {
      const { handle } = await get().ensureSession();
      if (get().streaming !== null) throw new VitrineError("CancelledError", "The chat went on.");
      underWay = { session: handle, ended: run(handle, question), isEnding: false };
      await underWay.ended;
    } catch (error) {
      change({ state: "error", error: toErrorInfo(error) });
    }
  }

  return {
    headFactors: [],
    ablation: null,
    toggleAblated: (heads) => {
      const isNamed = (head: HeadId): boolean => get().headFactors.some((known) => isSameHead(known, head));
      get().scaleHeads(heads, heads.every(isNamed) ? 1 : 0);
    },
    scaleHeads: (heads, factor) => {
      if (!Number.isFinite(factor)) return;
      const bounded = Math.min(FACTOR_RANGE.max, Math.max(FACTOR_RANGE.min, factor));
      const others = get().headFactors.filter((known) => !heads.some((head) => isSameHead(known, head)));
      const named = bounded === 1 ? [] : heads.map(({ layer, head }) => ({ layer, head, factor: bounded }));
      const headFactors = [...others, ...named].sort((a, b) => a.layer - b.layer || a.head - b.head);
      set({ headFactors });
    },
    restoreHeads: () => set({ headFactors: [] }),
    regenerateAblated: async (from = 0) => {
      const state = get();
      const { model, headFactors: factors, chat, streaming } = state;
      const place = lookedAtToken(state);
      const turn = place === null ? undefined : turnOf(chat, place.turnId);
      if (turn?.answer == null || model === null || streaming !== null || isAsked) return;
      const text = textPlaceOf(state, { turnId: turn.id, index: 0 });
      if (text === null) return;
      const pinned = pinnedIndex(state, turn.id);
      isAsked = true;
      try {
        await begin(turn.id, { model: model.report, text, answer: turn.answer, factors, from, pinned });
      } finally {
        isAsked = false;
      }
    },
    endAblation: async () => {
      await get().attentionSettled();
      if (underWay === null) return;
      underWay.isEnding = true;
      await runtime.stop(underWay.session);
      await underWay.ended;
    },
  };
}
