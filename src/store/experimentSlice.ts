/** Texts that are made to be looked at: repeated random tokens, and two prompts that differ in little. */
import { VitrineError } from "../shared/errors";
import type { HeadId } from "../shared/inspection";
import type { SessionHandle } from "../shared/protocol";
import type { SliceContext } from "./appState";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { cellShare, type HeadMaps, mergeOverview } from "./headMaps";

export interface RankedHead extends HeadId {
  /** A share of 1. */
  readonly value: number;
}

export interface Experiment {
  readonly kind: "probe" | "pair";
  readonly state: "running" | "done" | "error";
  /** The largest first. */
  readonly heads: readonly RankedHead[];
  /** Of the random part once, or of what both prompts have in common in length. */
  readonly tokens: number;
  /** Of a pair. */
  readonly prompts: readonly string[];
  readonly error: ErrorInfo | null;
}

export interface ExperimentSlice {
  readonly experiment: Experiment | null;
  /** Feeds random tokens twice: weight on what followed a token the first time is induction. */
  readonly probeHeads: () => Promise<void>;
  /** Feeds two prompts and ranks heads by how differently they look. */
  readonly comparePrompts: (first: string, second: string) => Promise<void>;
}

/** Random tokens of a probe, once. */
const PROBE_TOKENS = 48;
const NO_FITTING = { maxNewTokens: 0, atCapacity: "stop" } as const;

/** The same numbers for the same seed: a linear congruential generator (Numerical Recipes). */
export function randomIds(count: number, vocabSize: number, seed: number): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * vocabSize);
  });
}

/**
 * How differently each head looks in two texts: the total variation between its rows, mean over the rows both have. It
 * is taken between cells, so that what moves within a cell does not count.
 */
export function changedHeads(a: HeadMaps, b: HeadMaps): RankedHead[] {
  const rows = Math.min(a.rowCount, b.rowCount);
  const heads = a.figures.flatMap((layer, l) => layer.map((_, head) => ({ layer: l, head })));
  return rank(
    heads.map((head) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column <= row; column++) {
          sum += Math.abs(cellShare(a, head, row, column) - cellShare(b, head, row, column)) / 2;
        }
      }
      return { ...head, value: rows === 0 ? 0 : sum / rows };
    }),
  );
}

function rank(heads: readonly RankedHead[]): RankedHead[] {
  return [...heads].sort((x, y) => y.value - x.value || x.layer - y.layer || x.head - y.head);
}

export function createExperimentSlice({ runtime, get, set, drawSeed }: SliceContext): ExperimentSlice {
  /** The maps of a text of its own; the chat's is read again afterwards. */
  async function mapsOf(
    session: SessionHandle,
    prompt: Parameters<typeof runtime.showText>[1]["prompt"],
  ): Promise<HeadMaps> {
    const length = await runtime.showText(session, { prompt, answerIds: [], index: 0, fitting: NO_FITTING }, true);
    const overview = await runtime.readOverview(session, null);
    if (overview?.length !== length) throw new VitrineError("CancelledError", "An answer came in between. Try again.");
    return mergeOverview(null, overview);
  }

  async function run(
    kind: Experiment["kind"],
    prompts: readonly string[],
    work: (session: SessionHandle) => Promise<Pick<Experiment, "heads" | "tokens">>,
  ): Promise<void> {
    const { model, streaming } = get();
    if (streaming !== null || model === null) return;
    // Another model was opened: nothing of it is true of that one.
    const show = (found: Experiment): void => {
      if (get().model?.report.handle === model.report.handle) set({ experiment: found });
    };
    set({ experiment: { kind, state: "running", prompts, heads: [], tokens: 0, error: null } });
    try {
      await get().endAblation();
      const { handle } = await get().ensureSession();
      await runtime.setInspection(handle, true);
      const found = await get().borrowCache(() => work(handle));
      show({ kind, state: "done", prompts, error: null, ...found });
    } catch (error) {
      show({ kind, state: "error", prompts, heads: [], tokens: 0, error: toErrorInfo(error) });
    }
  }

  return {
    experiment: null,
    probeHeads: () =>
      run("probe", [], async (session) => {
        const { model } = get();
        const capacity = get().session?.capacity ?? 2 * PROBE_TOKENS;
        const tokens = Math.min(PROBE_TOKENS, Math.floor(capacity / 2));
        const ids = randomIds(tokens, model?.report.spec.vocabSize ?? 1, drawSeed());
        const maps = await mapsOf(session, { kind: "ids", ids: [...ids, ...ids] });
        const heads = maps.figures.flatMap((layer, l) =>
          layer.map((figures, head) => ({ layer: l, head, value: figures.induction ?? 0 })),
        );
        return { heads: rank(heads), tokens };
      }),
    comparePrompts: (first, second) =>
      run("pair", [first, second], async (session) => {
        const a = await mapsOf(session, { kind: "text", text: first });
        const b = await mapsOf(session, { kind: "text", text: second });
        if (a.tokensPerCell !== b.tokensPerCell) {
          throw new VitrineError(
            "InvalidSettingError",
            `The prompts have ${a.length} and ${b.length} tokens: too different in length to be laid over each other.`,
          );
        }
        return { heads: changedHeads(a, b), tokens: Math.min(a.length, b.length) };
      }),
  };
}
