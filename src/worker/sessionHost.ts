/** The worker's side of sessions: what is generated, predicted and looked into on each model's caches. */
import type { OpenedModel } from "../runtime/openModel";
import { generateText } from "../runtime/session/generation";
import { Inspection } from "../runtime/session/inspection";
import { NextTokens } from "../runtime/session/nextToken";
import { Session } from "../runtime/session/session";
import { VitrineError } from "../shared/errors";
import type {
  AttentionOverview,
  AttentionTileData,
  EffectReport,
  HeadFactor,
  HeadId,
  InspectionApi,
  LensGridReport,
  LensReport,
  OverviewKnown,
  QueryKeyPair,
  TileRequest,
} from "../shared/inspection";
import type { NextTokenApi, NextTokenReport, NextTokenRequest, TextPlace } from "../shared/nextToken";
import type {
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  ModelHandle,
  RuntimeApi,
  SessionHandle,
  SessionReport,
  SessionRequest,
} from "../shared/protocol";
import { firstHandle } from "./firstHandle";

interface OpenSession {
  readonly session: Session;
  readonly model: ModelHandle;
  /** Ends the generation under way, if any. */
  stop: AbortController | null;
  /** The last one, which may be over. */
  answer: Promise<unknown> | null;
  /** Null while nobody looks at next tokens. */
  nextTokens: NextTokens | null;
}

/** What the protocol asks of sessions alone. */
type SessionApi = Pick<RuntimeApi, "createSession" | "closeSession" | "generate" | "stop"> &
  Pick<NextTokenApi, "watchNextToken" | "nextToken"> &
  Omit<InspectionApi, "readTowerHead">;

export class SessionHost implements SessionApi {
  private readonly sessions = new Map<SessionHandle, OpenSession>();
  private nextHandle = firstHandle();

  /** @param modelOf @throws InvalidStateError for a model that is not open */
  constructor(private readonly modelOf: (handle: ModelHandle) => OpenedModel) {}

  async closeOf(model: ModelHandle): Promise<void> {
    for (const [handle, open] of this.sessions) {
      if (open.model === model) await this.closeSession(handle);
    }
  }

  /** After a lost device: nothing is left to free. */
  forget(): void {
    this.sessions.clear();
  }

  /** Settles when no answer is under way any more. */
  async answered(): Promise<void> {
    await Promise.allSettled([...this.sessions.values()].map(({ answer }) => answer));
  }

  async createSession(handle: ModelHandle, request: SessionRequest): Promise<SessionReport> {
    const { model } = this.modelOf(handle);
    const session = await Session.create(model, { capacity: request.capacity, precision: request.kvPrecision });
    const sessionHandle = this.nextHandle++ as SessionHandle;
    this.sessions.set(sessionHandle, { session, model: handle, stop: null, answer: null, nextTokens: null });
    const { capacity, precision, sizeBytes, bytesPerToken } = session.cache;
    return { handle: sessionHandle, capacity, kvPrecision: precision, cacheBytes: sizeBytes, bytesPerToken };
  }

  async closeSession(handle: SessionHandle): Promise<void> {
    const open = this.sessions.get(handle);
    if (open === undefined) return;
    this.sessions.delete(handle);
    open.stop?.abort();
    await open.session.close();
  }

  async generate(
    handle: SessionHandle,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    const open = this.sessionOf(handle);
    if (open.stop !== null) {
      throw new VitrineError("InvalidStateError", "This session is generating already; stop it first.");
    }
    const answer = this.answer(open, request, onEvent);
    open.answer = answer;
    return answer;
  }

  private async answer(
    open: OpenSession,
    request: GenerateRequest,
    onEvent: (event: GenerateEvent) => void,
  ): Promise<GenerateResult> {
    const stop = new AbortController();
    open.stop = stop;
    let delivered: unknown;
    const tell = (event: GenerateEvent): void => {
      delivered = onEvent(event);
    };
    try {
      return await generateText(this.modelOf(open.model), open.session, request, tell, stop.signal);
    } catch (error) {
      // Events go to another port than what is thrown and may come after it. A result has all the words; an error does
      // not, so it waits until the last event has arrived.
      await delivered;
      throw error;
    } finally {
      open.stop = null;
    }
  }

  async stop(handle: SessionHandle): Promise<void> {
    this.sessions.get(handle)?.stop?.abort();
  }

  async watchNextToken(handle: SessionHandle, isWatching: boolean): Promise<void> {
    const open = this.sessions.get(handle);
    // Closed meanwhile: then there is nothing to free.
    if (open === undefined && !isWatching) return;
    const { session, model } = this.sessionOf(handle);
    await session.keepHidden(isWatching);
    this.sessionOf(handle).nextTokens = isWatching ? new NextTokens(this.modelOf(model), session) : null;
  }

  async nextToken(handle: SessionHandle, request: NextTokenRequest): Promise<NextTokenReport | null> {
    const { nextTokens } = this.sessionOf(handle);
    if (nextTokens === null) throw new VitrineError("InvalidStateError", "Nobody watches this session's next tokens.");
    return nextTokens.report(request);
  }

  async setInspection(handle: SessionHandle, on: boolean): Promise<void> {
    // Closed meanwhile: then there is nothing to free.
    if (!on && !this.sessions.has(handle)) return;
    await this.sessionOf(handle).session.inspect(on);
  }

  async showText(handle: SessionHandle, place: TextPlace, exactly = false): Promise<number> {
    return this.inspectionOf(handle).showText(place, exactly);
  }

  async readOverview(handle: SessionHandle, known: OverviewKnown | null): Promise<AttentionOverview | null> {
    return this.inspectionOf(handle).overview(known);
  }

  async readTile(handle: SessionHandle, request: TileRequest): Promise<AttentionTileData> {
    return this.inspectionOf(handle).tile(request);
  }

  async readPair(handle: SessionHandle, head: HeadId, row: number, key: number): Promise<QueryKeyPair> {
    return this.inspectionOf(handle).pair(head, row, key);
  }

  async readLens(handle: SessionHandle, position: number, top: number): Promise<LensReport | null> {
    return this.inspectionOf(handle).lens(position, top);
  }

  async readRollout(handle: SessionHandle, position: number): Promise<Float32Array<ArrayBuffer>> {
    return this.inspectionOf(handle).rollout(position);
  }

  async readLensGrid(
    handle: SessionHandle,
    start: number,
    count: number,
    follow: number | null,
  ): Promise<LensGridReport | null> {
    return this.inspectionOf(handle).lensGrid(start, count, follow);
  }

  async readEffect(
    handle: SessionHandle,
    position: number,
    factors: readonly HeadFactor[],
    top: number,
  ): Promise<EffectReport | null> {
    const effect = await this.inspectionOf(handle).effect(position, factors, top);
    this.forgetNextTokens(this.sessionOf(handle));
    return effect;
  }

  async scaleHeads(handle: SessionHandle, factors: readonly HeadFactor[]): Promise<void> {
    const open = this.sessionOf(handle);
    await open.session.scaleHeads(factors);
    this.forgetNextTokens(open);
  }

  /** What was computed for any text under other factors is void. */
  private forgetNextTokens(open: OpenSession): void {
    if (open.nextTokens !== null) open.nextTokens = new NextTokens(this.modelOf(open.model), open.session);
  }

  private inspectionOf(handle: SessionHandle): Inspection {
    const { session, model } = this.sessionOf(handle);
    return new Inspection(this.modelOf(model), session);
  }

  private sessionOf(handle: SessionHandle): OpenSession {
    const open = this.sessions.get(handle);
    if (open === undefined)
      throw new VitrineError("InvalidStateError", "That session was closed. Load the model again.");
    return open;
  }
}
