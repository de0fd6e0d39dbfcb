/** One level writing its answer, a few tokens at a time, timed while it has the GPU to itself. */
import type { LaneRequest, LaneStats, LanesRequest } from "../../shared/lanes";
import type { TokenText } from "../../shared/nextToken";
import type { EndReason, KvPrecision } from "../../shared/protocol";
import { perSecond } from "../../shared/units";
import type { OpenedModel } from "../openModel";
import { generateText } from "../session/generation";
import { readPrompt } from "../session/readPrompt";
import { Session } from "../session/session";
import { bareToken, tokenTexts } from "../text/tokenTexts";
import type { LaneSetting } from "./laneSet";

/** Tokens of a turn: enough for several steps in flight, few enough for lanes to be read side by side. */
const TURN_TOKENS = 8;
const TOKENS_IN_FLIGHT = 4;
/** A character is at most four bytes, each of which may be a token: a group that has as many behind it is complete. */
const GROUP_TOKENS = 4;

export class Lane {
  private readonly ids: number[];
  private readonly texts: TokenText[] = [];
  private end: EndReason | null = null;
  private turnAt = 0;
  private firstTokenMs: number | null = null;
  /** Of the newest token in this turn. */
  private tokenAt: number | null = null;
  /** From the first to the last token of each turn, and the tokens drawn in that time. */
  private decodeMs = 0;
  private steps = 0;

  private constructor(
    private readonly opened: OpenedModel,
    private readonly session: Session,
    private readonly lane: LaneRequest,
    private readonly request: LanesRequest,
    private readonly setting: LaneSetting,
  ) {
    this.ids = [...lane.answerIds];
  }

  /** @throws OutOfMemoryError, TokenizerError, ChatTemplateError */
  static async create(
    opened: OpenedModel,
    precision: KvPrecision,
    lane: LaneRequest,
    request: LanesRequest,
    setting: LaneSetting,
  ): Promise<Lane> {
    const { model } = opened;
    const prompt = readPrompt(opened, request.prompt, model.spec.contextLength)(0, []) ?? [];
    const wanted = prompt.length + request.maxNewTokens;
    // A prompt that is too long is refused by name when it is read.
    const capacity = Math.max(1, Math.min(model.spec.contextLength, wanted));
    const session = await Session.create(model, { capacity, precision });
    const created = new Lane(opened, session, lane, request, setting);
    created.report();
    return created;
  }

  get hasEnded(): boolean {
    return this.end !== null;
  }

  /** @throws ContextOverflowError, InvalidSettingError, NonFiniteLogitsError, DeviceLostError */
  async takeTurn(): Promise<void> {
    const { request, setting } = this;
    const left = request.maxNewTokens - this.ids.length;
    if (left <= 0) return this.finish("max-tokens");
    if (setting.signal.aborted) return this.finish("stopped");
    this.turnAt = setting.now();
    this.tokenAt = null;
    const { ids, endReason } = await generateText(
      this.opened,
      this.session,
      {
        prompt: request.prompt,
        sampling: request.sampling,
        stopStrings: request.stopStrings,
        answerIds: [...this.ids],
        maxNewTokens: Math.min(TURN_TOKENS, left),
        tokensInFlight: TOKENS_IN_FLIGHT,
        atCapacity: "stop",
      },
      (event) => {
        if (event.kind === "tokens" && event.ids.length > 0) this.take(event.ids);
      },
      setting.signal,
    );
    // The token that ends a text is in its ids only.
    this.take(ids.slice(this.ids.length));
    const isTurnOver = endReason === "max-tokens" && this.ids.length < request.maxNewTokens;
    if (!isTurnOver) this.finish(endReason);
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private take(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const now = this.setting.now();
    this.firstTokenMs ??= now - this.turnAt;
    if (this.tokenAt !== null) {
      this.decodeMs += now - this.tokenAt;
      this.steps += ids.length;
    }
    this.tokenAt = now;
    this.ids.push(...ids);
    this.report();
  }

  private report(): void {
    const { tokenizer } = this.opened;
    let from = Math.max(0, this.texts.length - GROUP_TOKENS);
    while ((this.texts[from]?.part ?? 0) > 0) from--;
    const fresh = this.ids.slice(from);
    const tokens = tokenizer === null ? fresh.map(bareToken) : tokenTexts(tokenizer, fresh);
    this.texts.splice(from, Number.POSITIVE_INFINITY, ...tokens);
    this.setting.onEvent({ kind: "tokens", level: this.lane.level, from, tokens, stats: this.stats() });
  }

  private stats(): LaneStats {
    const { cache, length } = this.session;
    return {
      generatedTokens: this.ids.length - this.lane.answerIds.length,
      firstTokenMs: this.firstTokenMs,
      tokensPerSecond: perSecond(this.steps, this.decodeMs),
      cacheBytes: cache.bytesPerToken * length,
      cacheReservedBytes: cache.sizeBytes,
    };
  }

  private finish(end: EndReason): void {
    this.end = end;
    this.report();
    this.setting.onEvent({ kind: "ended", level: this.lane.level, endReason: end });
  }
}
