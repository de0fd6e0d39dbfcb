/** The same question without some heads: the answer anew beside the old one, and what changed where they part. */
import { VitrineError } from "../shared/errors";
import type { HeadId, LensToken } from "../shared/inspection";
import type { TokenText } from "../shared/nextToken";
import type { SessionHandle } from "../shared/protocol";
import { buildRequest } from "./answering";
import type { SliceContext } from "./appState";
import { type Turn, turnOf } from "./conversation";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { lookedAtToken, textPlaceOf } from "./nextTokenSlice";
import { isSameHead } from "./selectionSlice";

/** Next tokens compared at the place where the answers part. */
const COMPARED = 5;

export interface AblatedAnswer {
  readonly turnId: string;
  readonly heads: readonly HeadId[];
  readonly state: "running" | "done" | "stopped" | "error";
  readonly before: readonly TokenText[];
  readonly after: readonly TokenText[];
  readonly error: ErrorInfo | null;
  /** Of the answer, from 0; null: the answers are the same so far. */
  readonly firstDifference: number | null;
  /** What was most likely at the first difference, with all heads and without these. */
  readonly next: { readonly before: readonly LensToken[]; readonly after: readonly LensToken[] } | null;
}

export interface AblationSlice {
  readonly ablatedHeads: readonly HeadId[];
  readonly ablation: AblatedAnswer | null;
  /** Switches heads off; on again where all of them are off. */
  readonly toggleAblated: (heads: readonly HeadId[]) => void;
  readonly restoreHeads: () => void;
  /** Answers again what the looked-at answer answers, with the same settings and seed. */
  readonly regenerateAblated: () => Promise<void>;
  /** Ends it if it is under way, so that the chat can go on. */
  readonly endAblation: () => Promise<void>;
}

/** Null: one is as the other, as far as the shorter goes, unless that one has ended there. */
export function firstDifference(before: readonly number[], after: readonly number[], isOver: boolean): number | null {
  const common = Math.min(before.length, after.length);
  for (let i = 0; i < common; i++) if (before[i] !== after[i]) return i;
  return isOver && before.length !== after.length ? common : null;
}

export function createAblationSlice(context: SliceContext): AblationSlice {
  const { runtime, get, set } = context;
  let underWay: { readonly session: SessionHandle; readonly ended: Promise<void> } | null = null;

  const change = (part: Partial<AblatedAnswer>): void => {
    const { ablation } = get();
    if (ablation !== null) set({ ablation: { ...ablation, ...part } });
  };

  async function textsOf(ids: readonly number[]): Promise<readonly TokenText[]> {
    const report = get().model?.report;
    if (report?.hasTokenizer === true) return runtime.tokenTexts(report.handle, ids);
    return ids.map((id) => ({ id, text: `#${id}`, part: 0, bytes: null, isSpecial: false }));
  }

  async function nextAt(session: SessionHandle, turn: Turn, index: number): Promise<readonly LensToken[]> {
    const text = textPlaceOf(get(), { turnId: turn.id, index });
    if (text === null) return [];
    const length = await runtime.showText(session, { ...text, answerIds: text.answerIds.slice(0, index) });
    const lens = await runtime.readLens(session, length - 1, COMPARED);
    return lens?.layers.at(-1)?.top ?? [];
  }

  async function answerWithout(session: SessionHandle, turn: Turn): Promise<void> {
    const { ablatedHeads, settings } = get();
    const text = textPlaceOf(get(), { turnId: turn.id, index: 0 });
    const { answer } = turn;
    if (text === null || answer === null) return;
    const ids: number[] = [];
    const request = buildRequest(text.prompt, [], answer.settings ?? settings, answer.seed ?? 0);
    await runtime.scaleHeads(
      session,
      ablatedHeads.map((head) => ({ ...head, factor: 0 })),
    );
    const show = async (isOver: boolean): Promise<number | null> => {
      const after = await textsOf(ids);
      const first = firstDifference(answer.ids, ids, isOver);
      change({ after, firstDifference: first });
      return first;
    };
    let shownAt = 0;
    const result = await runtime.generate(session, request, (event) => {
      if (event.kind !== "tokens") return;
      ids.push(...event.ids);
      if (context.now() - shownAt < 200) return;
      shownAt = context.now();
      void show(false).catch(() => {});
    });
    ids.splice(0, ids.length, ...result.ids);
    const isStopped = result.endReason === "stopped";
    const first = await show(!isStopped);
    const after = first === null || isStopped ? null : await nextAt(session, turn, first);
    await runtime.scaleHeads(session, []);
    const before = after === null || first === null ? null : await nextAt(session, turn, first);
    change({
      state: isStopped ? "stopped" : "done",
      next: before === null || after === null ? null : { before, after },
    });
  }

  async function run(session: SessionHandle, turn: Turn): Promise<void> {
    try {
      await get().borrowCache(() => answerWithout(session, turn));
    } catch (error) {
      change({ state: "error", error: toErrorInfo(error) });
      // The next answer of the chat must have all its heads.
      await runtime.scaleHeads(session, []).catch(() => {});
    } finally {
      underWay = null;
    }
  }

  return {
    ablatedHeads: [],
    ablation: null,
    toggleAblated: (heads) => {
      const { ablatedHeads } = get();
      const isOff = (head: HeadId): boolean => ablatedHeads.some((known) => isSameHead(known, head));
      const others = ablatedHeads.filter((known) => !heads.some((head) => isSameHead(known, head)));
      set({ ablatedHeads: heads.every(isOff) ? others : [...others, ...heads] });
    },
    restoreHeads: () => set({ ablatedHeads: [] }),
    regenerateAblated: async () => {
      const state = get();
      const place = lookedAtToken(state);
      const turn = place === null ? undefined : turnOf(state.chat, place.turnId);
      if (turn?.answer == null || state.streaming !== null || underWay !== null) return;
      const before = await textsOf(turn.answer.ids);
      set({
        ablation: {
          turnId: turn.id,
          heads: state.ablatedHeads,
          state: "running",
          before,
          after: [],
          error: null,
          firstDifference: null,
          next: null,
        },
      });
      try {
        const { handle } = await get().ensureSession();
        if (get().streaming !== null) throw new VitrineError("CancelledError", "The chat went on.");
        underWay = { session: handle, ended: run(handle, turn) };
        await underWay.ended;
      } catch (error) {
        change({ state: "error", error: toErrorInfo(error) });
      }
    },
    endAblation: async () => {
      if (underWay === null) return;
      await runtime.stop(underWay.session);
      await underWay.ended;
    },
  };
}
