/** What a level costs on a text: the choices, the run under way, and its numbers as they come. */
import type {
  ComparedHead,
  ComparedHeadRequest,
  ComparedModel,
  ComparisonEvent,
  ComparisonRequest,
  Contender,
  HeadDifference,
  TensorPart,
  TokenScores,
} from "../shared/comparison";
import type { ComparisonStatistics, Statistic } from "../shared/comparisonStatistics";
import type { TokenText } from "../shared/nextToken";
import type { Prompt } from "../shared/protocol";
import {
  type ComparedChoice,
  joinWeights,
  LEVEL_CHOICES,
  type LevelChoice,
  type RecipeReport,
  splitCompared,
  splitWeights,
} from "../shared/recipes";
import type { GatheredScores } from "../shared/runningStatistics";
import type { AppState, SliceContext } from "./appState";
import { buildPrompt } from "./conversationWords";
import { type ErrorInfo, toErrorInfo } from "./errorInfo";
import { chosenThinking } from "./thinking";

export type ComparedText = "bundled" | "chat" | "own";

export type ComparisonMode = "score" | "lanes";

export interface ComparisonChoices {
  /** What is compared: probabilities on a given text, or what each writes by itself. */
  readonly mode: ComparisonMode;
  readonly reference: ComparedChoice;
  readonly levels: readonly ComparedChoice[];
  /** What "file" stands for among the levels. */
  readonly file: readonly File[] | null;
  /** The adapter that levels are compared with; null: that of the open model, if it has one. */
  readonly lora: readonly File[] | null;
  readonly text: ComparedText;
  readonly ownText: string;
  /** Null: the default. */
  readonly window: number | null;
  readonly firstScored: number | null;
  readonly bos: boolean | null;
  /** Ends each level once its share of equal tokens is known to UNTIL_ERROR. */
  readonly isUntil: boolean;
  /** Also looks for the matrices that hurt most. */
  readonly findTensors: boolean;
}

export interface InsideResult {
  readonly contender: Contender;
  /** Of the hidden state: after the embedding, then after each layer. */
  readonly layers: readonly Statistic[];
  /** As far as they were tried. */
  readonly parts: readonly { readonly part: TensorPart; readonly kld: Statistic }[];
  /** By layer, over the text's first `headTokens`; empty as long as they are not known. */
  readonly heads: readonly (readonly HeadDifference[])[];
  readonly headTokens: number;
}

/** Half a percent. */
export const UNTIL_ERROR = 0.005;

export interface ContenderResult {
  readonly contender: Contender;
  readonly scores: TokenScores;
  readonly statistics: ComparisonStatistics;
  /** Tokens that will have been scored at the end. */
  readonly ofTokens: number;
}

export interface ComparisonProgress {
  readonly contender: Contender;
  readonly stage: "loading" | "reading" | "scoring" | "tensors";
  /** 0 to 1 */
  readonly share: number;
}

export interface ComparisonRun {
  readonly modelName: string;
  readonly request: ComparisonRequest;
  readonly text: ComparedText;
  /** Tokens of the text, once they are known. */
  readonly tokens: readonly TokenText[];
  readonly window: number;
  readonly firstScored: number;
  readonly bos: boolean;
  /** In the order in which they were scored; the last one may not be complete. */
  readonly results: readonly ContenderResult[];
  readonly inside: readonly InsideResult[];
  /** When models do not fit on the GPU together: windows that are read at a time. Null: they do. */
  readonly turns: Omit<Extract<ComparisonEvent, { kind: "turns" }>, "kind"> | null;
  /** Why attention was not compared: of one contender, or (null) of any. */
  readonly noHeads: readonly { readonly contender: Contender | null; readonly reason: ErrorInfo }[];
  readonly progress: ComparisonProgress | null;
  /** Of the models, once the run is over. */
  readonly reference: ComparedModel | null;
  readonly models: readonly ComparedModel[];
  readonly scratchBytes: number | null;
  readonly end: "running" | "done" | "stopped" | "failed";
  readonly isPaused: boolean;
  readonly error: ErrorInfo | null;
}

export interface CompareSlice {
  readonly comparisonChoices: ComparisonChoices;
  readonly comparison: ComparisonRun | null;
  readonly chooseComparison: (choices: Partial<ComparisonChoices>) => void;
  /** The next level that is not compared yet. */
  readonly addComparedLevel: () => void;
  readonly addComparedChoice: (choice: ComparedChoice) => void;
  /** What a recipe names in the open model; null where none is open. @throws InvalidSettingError for what is no rule */
  readonly describeRecipe: (choice: LevelChoice) => Promise<RecipeReport | null>;
  /** Another model, from files of this machine. Takes the place of the one before. */
  readonly addComparedFile: (files: readonly File[]) => void;
  /** The reference with that adapter in it. Takes the place of the one before. */
  readonly addComparedLora: (files: readonly File[]) => void;
  /** @param bundledText what is scored when that is chosen */
  readonly runComparison: (bundledText: string) => Promise<void>;
  readonly stopComparison: () => Promise<void>;
  readonly pauseComparison: () => Promise<void>;
  readonly resumeComparison: () => Promise<void>;
  /** Texts of tokens by id, as far as they were asked for. */
  readonly comparedTexts: ReadonlyMap<number, TokenText>;
  readonly loadComparedTexts: (ids: Iterable<number>) => Promise<void>;
  readonly readComparedHead: (request: ComparedHeadRequest) => Promise<ComparedHead>;
}

/** Fills lists of vocabularies smaller than a list. */
const NO_ID = 0xffffffff;

/** In the order in which levels are offered: the common ones first. */
const OFFERED: readonly ComparedChoice[] = [
  "q8_0",
  "q4_0",
  "q4_k",
  "q2_k",
  "q6_k",
  "q5_k",
  "q3_k",
  "q5_0",
  "q4_1",
  "q5_1",
  "f16",
];

/** Mean KLD of the reference against itself through other kernels; 0 when it was not measured. */
export function floorOf(run: Pick<ComparisonRun, "results">): number {
  return run.results.find(({ contender }) => contender === "floor")?.statistics.meanKld.value ?? 0;
}

function promptOf(state: AppState, bundledText: string): Prompt {
  const { text, ownText } = state.comparisonChoices;
  if (text !== "chat") return { kind: "text", text: text === "own" ? ownText : bundledText };
  // Only text is scored: pictures are left out.
  const report = state.model?.report;
  return buildPrompt(state.turns, state.chat.systemPrompt, {
    hasChatTemplate: report?.hasChatTemplate === true,
    thinks: chosenThinking(report?.thinking, state.settings.thinks),
    hashOf: () => undefined,
  });
}

function withScores(
  run: ComparisonRun,
  event: ComparisonEvent & { kind: "scores" },
  gathered: GatheredScores<Contender>,
): ComparisonRun {
  const { contender, scored, ofTokens } = event;
  const before = run.results.filter((result) => result.contender !== contender);
  const { scores, statistics } = gathered.add(contender, event.scores);
  const progress = { contender, stage: "scoring", share: scored / ofTokens } as const;
  if (statistics === null) return { ...run, progress };
  return { ...run, results: [...before, { contender, scores, statistics, ofTokens }], progress };
}

function withEvent(run: ComparisonRun, event: ComparisonEvent, gathered: GatheredScores<Contender>): ComparisonRun {
  switch (event.kind) {
    case "text":
      return { ...run, tokens: event.tokens, window: event.window, firstScored: event.firstScored, bos: event.bos };
    case "loading": {
      const share = event.totalBytes > 0 ? event.doneBytes / event.totalBytes : 0;
      return { ...run, progress: { contender: event.level, stage: "loading", share } };
    }
    case "turns": {
      const { windowsAtATime, ofWindows, referenceStays } = event;
      return { ...run, turns: { windowsAtATime, ofWindows, referenceStays } };
    }
    case "reading": {
      const { level, done, ofWindows } = event;
      return { ...run, progress: { contender: level, stage: "reading", share: done / ofWindows } };
    }
    case "scores":
      return withScores(run, event, gathered);
    case "layers": {
      const found: InsideResult = {
        contender: event.contender,
        layers: event.errors,
        parts: [],
        heads: [],
        headTokens: 0,
      };
      return { ...run, inside: [...run.inside, found] };
    }
    case "heads": {
      const { contender, heads, tokens: headTokens } = event;
      const inside = run.inside.map((found) =>
        found.contender === contender ? { ...found, heads, headTokens } : found,
      );
      return { ...run, inside };
    }
    case "noHeads":
      return { ...run, noHeads: [...run.noHeads, { contender: event.contender, reason: event.reason }] };
    case "tensor": {
      const { contender, part, kld, done, ofParts } = event;
      const inside = run.inside.map((found) =>
        found.contender === contender ? { ...found, parts: [...found.parts, { part, kld }] } : found,
      );
      return { ...run, inside, progress: { contender, stage: "tensors", share: done / ofParts } };
    }
  }
}

export function createCompareSlice({ runtime, get, set }: SliceContext): CompareSlice {
  const change = (request: ComparisonRequest, how: (run: ComparisonRun) => ComparisonRun): void => {
    const { comparison } = get();
    if (comparison?.request === request) set({ comparison: how(comparison) });
  };
  const tell = async (call: () => Promise<void>, isPaused: boolean): Promise<void> => {
    const { comparison } = get();
    if (comparison?.end === "running") set({ comparison: { ...comparison, isPaused } });
    try {
      await call();
    } catch (error) {
      get().noteError(error);
    }
  };
  return {
    comparisonChoices: {
      mode: "score",
      reference: "stored",
      levels: ["q8_0", "q4_0"],
      file: null,
      lora: null,
      text: "bundled",
      ownText: "",
      window: null,
      firstScored: null,
      bos: null,
      isUntil: false,
      findTensors: false,
    },
    comparison: null,
    comparedTexts: new Map(),
    loadComparedTexts: async (ids) => {
      const { comparison, comparedTexts, model } = get();
      const fresh = [...new Set(ids)].filter((id) => id !== NO_ID && !comparedTexts.has(id));
      if (comparison === null || fresh.length === 0 || model?.report.hasTokenizer !== true) return;
      try {
        const texts = await runtime.tokenTexts(comparison.request.model, fresh);
        // Another was begun meanwhile, perhaps in other words.
        if (get().comparison?.request !== comparison.request) return;
        const known = new Map(get().comparedTexts);
        for (const text of texts) known.set(text.id, text);
        set({ comparedTexts: known });
      } catch (error) {
        get().noteError(error);
      }
    },
    readComparedHead: (request) => runtime.readComparedHead(request),
    chooseComparison: (choices) => set({ comparisonChoices: { ...get().comparisonChoices, ...choices } }),
    addComparedLevel: () => {
      const { levels, reference } = get().comparisonChoices;
      const next = [...OFFERED, ...LEVEL_CHOICES].find((level) => level !== reference && !levels.includes(level));
      if (next !== undefined) get().chooseComparison({ levels: [...levels, next] });
    },
    addComparedChoice: (choice) => {
      const { levels } = get().comparisonChoices;
      if (!levels.includes(choice)) get().chooseComparison({ levels: [...levels, choice] });
    },
    describeRecipe: async (choice) => {
      const { model } = get();
      return model === null ? null : runtime.describeRecipe(model.report.handle, choice);
    },
    addComparedFile: (files) => {
      const levels = get().comparisonChoices.levels.filter((level) => splitCompared(level).weights !== "file");
      get().chooseComparison({ levels: [...levels, "file"], file: files });
      void get().closeLanes();
    },
    addComparedLora: (files) => {
      const { levels, reference } = get().comparisonChoices;
      const { choice } = splitWeights(splitCompared(reference).weights);
      const added = joinWeights(choice, true);
      get().chooseComparison({ levels: levels.includes(added) ? levels : [...levels, added], lora: files });
      // Those that stand open have the one before.
      void get().closeLanes();
    },
    runComparison: async (bundledText) => {
      const { model, comparisonChoices, comparison } = get();
      if (model === null || comparison?.end === "running") return;
      const { reference, levels, file, lora, text, window, firstScored, bos, isUntil, findTensors } = comparisonChoices;
      const prompt = promptOf(get(), bundledText);
      const settings = {
        window,
        firstScored,
        bos,
        until: isUntil ? UNTIL_ERROR : null,
        findTensors,
        measureFloor: true,
      };
      const request: ComparisonRequest = {
        model: model.report.handle,
        reference,
        levels,
        file,
        lora,
        text: prompt,
        ...settings,
      };
      set({
        comparedTexts: new Map(),
        areLanesOpen: false,
        comparison: {
          modelName: model.report.name,
          request,
          text,
          tokens: [],
          window: 0,
          firstScored: 0,
          bos: false,
          isPaused: false,
          results: [],
          inside: [],
          turns: null,
          noHeads: [],
          progress: null,
          reference: null,
          models: [],
          scratchBytes: null,
          end: "running",
          error: null,
        },
      });
      try {
        // Its code comes when it is asked for.
        const gathering = import("../shared/runningStatistics").then(
          (module) => new module.GatheredScores<Contender>(),
        );
        const {
          end,
          reference: first,
          levels: models,
          scratchBytes,
        } = await runtime.compare(request, async (event) => {
          const gathered = await gathering;
          change(request, (run) => withEvent(run, event, gathered));
        });
        await gathering;
        change(request, (run) => ({ ...run, end, reference: first, models, scratchBytes, progress: null }));
        const { comparison: over } = get();
        if (over?.request === request) get().keepMeasurements(over);
      } catch (error) {
        const wasCancelled = toErrorInfo(error).name === "CancelledError";
        change(request, (run) => ({
          ...run,
          end: wasCancelled ? "stopped" : "failed",
          error: wasCancelled ? null : get().noteError(error),
          progress: null,
        }));
      }
    },
    stopComparison: () => tell(() => runtime.stopComparison(), false),
    pauseComparison: () => tell(() => runtime.pauseComparison(), true),
    resumeComparison: () => tell(() => runtime.resumeComparison(), false),
  };
}
