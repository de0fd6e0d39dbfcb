/** Text in, text out: template, tokens, stop strings and the room in the cache, around a session's tokens. */
import { VitrineError } from "../../shared/errors";
import type {
  ChatMessage,
  EndReason,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GenerationStats,
  Prompt,
} from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { encodeChat, renderChat, specialText } from "../text/chatTemplate";
import { StopStrings } from "../text/stopStrings";
import { StreamingDecoder } from "../text/streamingDecoder";
import type { Tokenizer } from "../text/tokenizer";
import { chatPrompt, fitPrompt, type PromptAt, textPrompt } from "./promptFitting";
import type { DecodeResult, Session } from "./session";

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
  private readonly ids: number[] = [];
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

  constructor(
    private readonly opened: OpenedModel,
    private readonly session: Session,
    private readonly request: GenerateRequest,
    private readonly onEvent: OnEvent,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { tokenizer } = opened;
    this.decoder = tokenizer && new StreamingDecoder(tokenizer, { continuesText: request.prompt.kind !== "chat" });
    this.stops = new StopStrings(request.stopStrings);
    // By ids alone nothing is known to be an end.
    this.endIds = new Set(request.prompt.kind === "ids" ? [] : tokenizer?.endIds);
  }

  async run(): Promise<GenerateResult> {
    const { atCapacity, maxNewTokens } = this.request;
    const { capacity } = this.session.cache;
    const promptAt = promptFor(this.opened, this.request.prompt, capacity);
    const dropping = atCapacity === "drop-oldest";
    const reserve = dropping ? Math.min(maxNewTokens, Math.max(1, Math.floor(capacity / 4))) : 0;
    let fitted = fitPrompt(promptAt, 0, [], reserve, dropping ? capacity : Infinity);
    if (fitted === null) throw tooLong(promptAt(0, [])?.length ?? 0, capacity);
    this.promptTokens = fitted.ids.length;
    for (;;) {
      const result = await this.decode(fitted.ids);
      if (result.end !== "capacity" || !dropping) break;
      const next = fitPrompt(promptAt, fitted.dropped + 1, this.ids, reserve, capacity);
      if (next === null) break;
      fitted = next;
    }
    return this.finish();
  }

  private async decode(ids: readonly number[]): Promise<DecodeResult> {
    const first = this.ids.length === 0;
    const result = await this.session.generate({
      ids,
      sampling: this.request.sampling,
      maxNewTokens: this.request.maxNewTokens - this.ids.length,
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

  private finish(): GenerateResult {
    if (this.endReason !== "stop-string") {
      const { text, stoppedBy } = this.stops.push(this.decoder?.end() ?? "");
      const rest = text + (stoppedBy === null ? this.stops.end() : "");
      if (rest !== "") this.show([], [], rest);
    }
    const { text, ids, probabilities } = this;
    return { text, ids, probabilities, endReason: this.endReason ?? "stopped", stats: this.stats() };
  }

  private stats(): GenerationStats {
    const now = performance.now();
    const { cache } = this.session;
    const cacheLength = Math.min(
      cache.capacity,
      Math.max(this.session.length, this.promptTokens + this.ids.length - 1),
    );
    return {
      promptTokens: this.promptTokens,
      cachedTokens: this.cachedTokens,
      generatedTokens: this.ids.length,
      prefillMs: this.prefillMs || (this.firstTokenAt ?? now) - this.started,
      firstTokenMs: (this.firstTokenAt ?? now) - this.started,
      decodeMs: this.firstTokenAt === null ? 0 : now - this.firstTokenAt,
      cacheLength: this.endReason === null ? cacheLength : this.session.length,
      cacheCapacity: cache.capacity,
      cacheBytesUsed: cache.bytesPerToken * (this.endReason === null ? cacheLength : this.session.length),
    };
  }
}

function promptFor({ tokenizer, chatTemplate, name }: OpenedModel, prompt: Prompt, capacity: number): PromptAt {
  if (prompt.kind === "ids") return textPrompt(prompt.ids, capacity);
  if (tokenizer === null) {
    throw new VitrineError(
      "TokenizerError",
      `${name} came without a tokenizer, so it cannot read text. Open it together with its tokenizer.json.`,
    );
  }
  if (prompt.kind === "text") {
    return textPrompt(tokenizer.encode(prompt.text, { addSpecial: true, parseSpecial: false }), capacity);
  }
  if (chatTemplate === null) {
    throw new VitrineError(
      "ChatTemplateError",
      `${name} has no chat template: it is a base model, which continues a text instead of answering.`,
    );
  }
  return chatPrompt(prompt.messages, (messages) => encodeChat(tokenizer, render(tokenizer, chatTemplate, messages)));
}

function render(tokenizer: Tokenizer, template: string, messages: readonly ChatMessage[]): string {
  return renderChat(
    template,
    messages.map(({ role, content }) => ({ role, content })),
    {
      bosToken: specialText(tokenizer, tokenizer.bosId),
      eosToken: specialText(tokenizer, tokenizer.eosId),
      addGenerationPrompt: true,
      now: new Date(),
    },
  );
}

function tooLong(tokens: number, capacity: number): VitrineError {
  return new VitrineError(
    "ContextOverflowError",
    `The last message alone has ${tokens} tokens, the context holds ${capacity}. Shorten it or choose a larger context.`,
  );
}
