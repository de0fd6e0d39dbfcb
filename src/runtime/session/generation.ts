/** Text in, text out: template, tokens, stop strings and the room in the cache, around a session's tokens. */
import { VitrineError } from "../../shared/errors";
import type {
  EndReason,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GenerationStats,
  Prompt,
} from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { StopStrings } from "../text/stopStrings";
import { StreamingDecoder } from "../text/streamingDecoder";
import { openAnswer } from "./chatEncoder";
import type { DecodeResult } from "./decodeLoop";
import { firstFit, fitPrompt, type PromptAt, reservedRoom } from "./promptFitting";
import type { PromptItem } from "./promptItems";
import { readPrompt } from "./readPrompt";
import type { Session } from "./session";

export type OnEvent = (event: GenerateEvent) => void;

/**
 * One answer. Text, ids and cache afterwards are the same for any number of tokens in flight.
 * @throws TokenizerError, ChatTemplateError, ContextOverflowError, InvalidSettingError, NonFiniteLogitsError,
 *   DeviceLostError
 */
export function generateText(
  opened: OpenedModel,
  session: Session,
  request: GenerateRequest,
  onEvent: OnEvent,
  signal?: AbortSignal,
): Promise<GenerateResult> {
  return new Generation(opened, session, request, onEvent, signal).run();
}

class Generation {
  /** The given ones first. */
  private readonly ids: number[];
  private readonly given: readonly number[];
  private readonly probabilities: number[] = [];
  private text = "";
  private readonly decoder: StreamingDecoder | null;
  private readonly stops: StopStrings;
  private readonly endIds: ReadonlySet<number>;
  private endReason: EndReason | null = null;
  private readonly started = performance.now();
  private firstTokenAt: number | null = null;
  private promptTokens = 0;
  private cachedTokens = 0;
  private prefillMs = 0;
  private dropped = 0;

  constructor(
    private readonly opened: OpenedModel,
    private readonly session: Session,
    private readonly request: GenerateRequest,
    private readonly onEvent: OnEvent,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { tokenizer } = opened;
    this.given = request.answerIds ?? [];
    this.ids = [...this.given];
    this.decoder = tokenizer && new StreamingDecoder(tokenizer, { continuesText: continuesText(request.prompt) });
    this.stops = new StopStrings(request.stopStrings);
    // By ids alone nothing is known to be an end.
    this.endIds = new Set(request.prompt.kind === "ids" ? [] : tokenizer?.endIds);
  }

  async run(): Promise<GenerateResult> {
    const { atCapacity } = this.request;
    const { capacity } = this.session.cache;
    const promptAt = readPrompt(this.opened, this.request.prompt, capacity);
    const dropping = atCapacity === "drop-oldest";
    const reserve = reservedRoom(this.request, capacity);
    let fitted = firstFit(promptAt, this.ids, reserve, dropping ? capacity : Infinity);
    if (fitted === null || fitted.ids.length > capacity) {
      throw tooLong(promptAt, this.ids, capacity, dropping, this.request.prompt.kind);
    }
    this.promptTokens = fitted.ids.length;
    this.dropped = fitted.dropped;
    if (this.takeGiven()) return this.finish();
    try {
      for (;;) {
        const result = await this.decode(fitted.ids);
        if (result.end !== "capacity" || !dropping) break;
        const next = fitPrompt(promptAt, fitted.dropped + 1, this.ids, reserve, capacity);
        if (next === null) break;
        fitted = next;
        this.dropped = fitted.dropped;
      }
    } catch (error) {
      // What was held back as the possible beginning of a stop string is part of the words so far.
      this.showHeld();
      throw error;
    }
    return this.finish();
  }

  private async decode(ids: readonly PromptItem[]): Promise<DecodeResult> {
    const first = this.generatedTokens === 0;
    const result = await this.session.generate({
      ids,
      sampling: this.request.sampling,
      maxNewTokens: this.request.maxNewTokens - this.generatedTokens,
      tokensInFlight: this.request.tokensInFlight,
      signal: this.signal,
      onPrefill: (doneTokens, totalTokens) => this.onEvent({ kind: "prefill", doneTokens, totalTokens }),
      onToken: (id, logProbability) => this.take(id, Math.exp(logProbability)),
    });
    if (first) {
      this.cachedTokens = result.cachedTokens;
      this.prefillMs = result.prefillMs;
    }
    const reasons = { "max-tokens": "max-tokens", stopped: "stopped", capacity: "capacity" } as const;
    if (result.end !== "ended") this.endReason = reasons[result.end];
    return result;
  }

  private get generatedTokens(): number {
    return this.ids.length - this.given.length;
  }

  /** The text of what the answer was told to begin with; true when the answer ends with it. */
  private takeGiven(): boolean {
    if (this.given.length === 0) return false;
    let text = "";
    for (const id of this.given) {
      if (this.endIds.has(id)) this.endReason = "end-of-text";
      else {
        const shown = this.stops.push(this.decoder?.push(id) ?? "");
        text += shown.text;
        if (shown.stoppedBy !== null) this.endReason = "stop-string";
      }
      if (this.endReason !== null) break;
    }
    this.text = text;
    this.onEvent({ kind: "given", ids: this.given, text });
    return this.endReason !== null;
  }

  /** True ends the generation. */
  private take(id: number, probability: number): boolean {
    this.firstTokenAt ??= performance.now();
    this.ids.push(id);
    this.probabilities.push(probability);
    if (this.endIds.has(id)) {
      this.endReason = "end-of-text";
      return true;
    }
    const { text, stoppedBy } = this.stops.push(this.decoder?.push(id) ?? "");
    this.show([id], [probability], text);
    if (stoppedBy !== null) this.endReason = "stop-string";
    return stoppedBy !== null;
  }

  private show(ids: readonly number[], probabilities: readonly number[], text: string): void {
    this.text += text;
    this.onEvent({ kind: "tokens", ids, probabilities, text, stats: this.stats() });
  }

  private showHeld(): void {
    const { text, stoppedBy } = this.stops.push(this.decoder?.end() ?? "");
    const rest = text + (stoppedBy === null ? this.stops.end() : "");
    if (rest !== "") this.show([], [], rest);
  }

  private finish(): GenerateResult {
    if (this.endReason !== "stop-string") this.showHeld();
    const { text, ids, probabilities } = this;
    return { text, ids, probabilities, endReason: this.endReason ?? "stopped", stats: this.stats() };
  }

  private stats(): GenerationStats {
    const now = performance.now();
    const { cache } = this.session;
    const cacheLength = Math.min(
      cache.capacity,
      Math.max(this.session.length, this.promptTokens + this.generatedTokens - 1),
    );
    return {
      promptTokens: this.promptTokens,
      cachedTokens: this.cachedTokens,
      generatedTokens: this.generatedTokens,
      prefillMs: this.prefillMs || (this.firstTokenAt ?? now) - this.started,
      firstTokenMs: (this.firstTokenAt ?? now) - this.started,
      decodeMs: this.firstTokenAt === null ? 0 : now - this.firstTokenAt,
      cacheLength: this.endReason === null ? cacheLength : this.session.length,
      cacheCapacity: cache.capacity,
      cacheBytesUsed: cache.bytesPerToken * (this.endReason === null ? cacheLength : this.session.length),
      droppedPieces: this.dropped,
    };
  }
}

/** Then a space before the first new word is part of the text. */
function continuesText(prompt: Prompt): boolean {
  return prompt.kind !== "chat" || (openAnswer(prompt.messages) ?? "") !== "";
}

function tooLong(
  promptAt: PromptAt,
  answer: readonly number[],
  capacity: number,
  dropping: boolean,
  kind: Prompt["kind"],
): VitrineError {
  const holds = `the context holds ${capacity}`;
  if (!dropping && promptAt(1, answer) !== null) {
    const tokens = promptAt(0, answer)?.length;
    const ways = "Let the oldest part go, choose a larger context, or begin a new chat.";
    const what = kind === "chat" ? "The conversation has" : "The text has";
    return new VitrineError("ContextOverflowError", `${what} ${tokens} tokens, ${holds}. ${ways}`);
  }
  let least = promptAt(0, answer);
  for (let dropped = 1, ids = least; ids !== null; dropped++, ids = promptAt(dropped, answer)) least = ids;
  const what = answer.length > 0 ? "The last message and its answer have" : "The last message alone has";
  const ways =
    answer.length > 0 ? "Choose a larger context or begin a new chat." : "Shorten it or choose a larger context.";
  return new VitrineError("ContextOverflowError", `${what} ${least?.length} tokens, ${holds}. ${ways}`);
}
