/** What the worker answers about a session that somebody looks into. */
import { VitrineError } from "../../shared/errors";
import type {
  AttentionOverview,
  AttentionTileData,
  EffectReport,
  HeadFactor,
  HeadId,
  LensGridReport,
  LensReport,
  OverviewKnown,
  QueryKeyPair,
  TileRequest,
} from "../../shared/inspection";
import type { TextPlace } from "../../shared/nextToken";
import type { OpenedModel } from "../openModel";
import type { AttentionWatch } from "./attentionWatch";
import { headEffect } from "./headEffect";
import { lensGrid } from "./lensGrid";
import { logitLens } from "./logitLens";
import { textAround } from "./promptFitting";
import { readPrompt } from "./readPrompt";
import type { Session } from "./session";

export class Inspection {
  constructor(
    private readonly opened: OpenedModel,
    private readonly session: Session,
  ) {}

  async showText({ prompt, answerIds, fitting }: TextPlace, exactly: boolean): Promise<number> {
    this.watch();
    const { capacity } = this.session.cache;
    const promptAt = readPrompt(this.opened, prompt, capacity);
    const text = textAround(promptAt, answerIds, answerIds.length, fitting, capacity);
    if (text === null) {
      throw new VitrineError(
        "ContextOverflowError",
        `This text does not fit the cache of ${capacity} tokens. Choose a larger one.`,
      );
    }
    const ids = text.ids.slice(0, capacity);
    await this.session.show(ids);
    if (exactly && !this.session.isBusy) this.session.truncate(ids.length);
    return ids.length;
  }

  overview(known: OverviewKnown | null): Promise<AttentionOverview | null> {
    return this.watch().overview(this.session.cachedItems, known);
  }

  tile(request: TileRequest): Promise<AttentionTileData> {
    return this.watch().tile(this.session.cachedItems, request);
  }

  pair(head: HeadId, row: number, key: number): Promise<QueryKeyPair> {
    return this.watch().pair(this.session.cachedItems, head, row, key);
  }

  rollout(position: number): Promise<Float32Array<ArrayBuffer>> {
    return this.watch().rollout(this.session.cachedItems, position);
  }

  lens(position: number, top: number): Promise<LensReport | null> {
    this.watch();
    return logitLens(this.opened, this.session, position, top);
  }

  lensGrid(start: number, count: number, follow: number | null): Promise<LensGridReport | null> {
    this.watch();
    return lensGrid(this.opened, this.session, start, count, follow);
  }

  effect(position: number, factors: readonly HeadFactor[], top: number): Promise<EffectReport | null> {
    this.watch();
    return headEffect(this.opened, this.session, position, factors, top);
  }

  private watch(): AttentionWatch {
    const { attention } = this.session;
    if (attention === null) throw new VitrineError("InvalidStateError", "Nobody looks into this session.");
    return attention;
  }
}
