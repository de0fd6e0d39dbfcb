/** Asking a session of a small model, and all that it told: for tests of texts rather than ids. */
import type { ChatMessage, GenerateEvent, GenerateRequest, GenerateResult } from "../../shared/protocol";
import { DEFAULT_SAMPLING, type SamplingSettings } from "../../shared/sampling";
import { memorySource } from "../files/byteSource";
import { openModelFiles } from "../files/modelFiles";
import type { Gpu } from "../gpu/device";
import { type OpenedModel, openModel } from "../openModel";
import { generateText } from "../session/generation";
import { Session } from "../session/session";

export async function openGguf(gpu: Gpu, bytes: Uint8Array, name = "tiny.gguf"): Promise<OpenedModel> {
  return openModel(gpu, await openModelFiles([memorySource(bytes, name)]), { level: "stored", variant: "auto" });
}

export interface Asked {
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: GenerateRequest["prompt"];
  /** Greedy unless said. */
  readonly sampling?: Partial<SamplingSettings>;
  readonly maxNewTokens?: number;
  readonly stopStrings?: readonly string[];
  readonly tokensInFlight?: number;
  readonly atCapacity?: GenerateRequest["atCapacity"];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: GenerateEvent) => void;
}

export interface Told extends GenerateResult {
  readonly events: readonly GenerateEvent[];
}

export async function ask(opened: OpenedModel, session: Session, asked: Asked): Promise<Told> {
  const events: GenerateEvent[] = [];
  const result = await generateText(
    opened,
    session,
    {
      prompt: asked.prompt ?? { kind: "chat", messages: asked.messages ?? [] },
      sampling: { ...DEFAULT_SAMPLING, greedy: true, ...asked.sampling },
      maxNewTokens: asked.maxNewTokens ?? 64,
      stopStrings: asked.stopStrings ?? [],
      tokensInFlight: asked.tokensInFlight ?? 4,
      atCapacity: asked.atCapacity ?? "stop",
    },
    (event) => {
      events.push(event);
      asked.onEvent?.(event);
    },
    asked.signal,
  );
  return { ...result, events };
}

export async function withSession<T>(
  opened: OpenedModel,
  capacity: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await Session.create(opened.model, { capacity, precision: "f32" });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

export const user = (content: string): ChatMessage => ({ role: "user", content });
export const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
/** What was shown while it came. */
export const streamed = (told: Told): string =>
  told.events.map((event) => (event.kind === "tokens" ? event.text : "")).join("");

/** Everything that must not depend on how many steps are in flight. */
export async function outcome(opened: OpenedModel, asked: Asked, capacity = 256) {
  return withSession(opened, capacity, async (session) => {
    const told = await ask(opened, session, asked);
    const { cacheLength, generatedTokens, cacheBytesUsed } = told.stats;
    const cached = [...session.cachedItems];
    const turns = [...(asked.messages ?? []), assistant(told.text), user("tea")];
    const next = await ask(opened, session, { messages: turns, maxNewTokens: 12 });
    const nextCached = next.stats.cachedTokens;
    return {
      ...{ text: told.text, ids: told.ids, endReason: told.endReason, streamed: streamed(told) },
      ...{ cached, cacheLength, generatedTokens, cacheBytesUsed },
      ...{ nextText: next.text, nextIds: next.ids, nextCached },
    };
  });
}
