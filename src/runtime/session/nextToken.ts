/** Answers what could have come at any place of a text, under any settings, from logits that are computed once. */
import { VitrineError } from "../../shared/errors";
import type { NextTokenReport, NextTokenRequest, TextPlace } from "../../shared/nextToken";
import { PENALTY_WINDOW } from "../../shared/sampling";
import type { OpenedModel } from "../openModel";
import { LogitRow } from "../sampling/logitRow";
import { tokenText } from "../text/tokenTexts";
import { checkSettings } from "./checkSettings";
import { reportNextToken } from "./nextTokenReport";
import { textAround } from "./promptFitting";
import { isToken, type PromptItem } from "./promptItems";
import { readPrompt } from "./readPrompt";
import type { Session } from "./session";

/** Rows of logits that are kept, each with its vocabulary sorted: going back and forth between tokens is free. */
const KEPT_ROWS = 8;

interface Place {
  readonly ids: readonly PromptItem[];
  /** Of the token asked about. */
  readonly position: number;
  /** The answer's first token. */
  readonly answerAt: number;
}

export class NextTokens {
  private readonly rows = new Map<string, LogitRow>();
  private read: { readonly key: string; readonly promptAt: ReturnType<typeof readPrompt> } | null = null;

  constructor(
    private readonly opened: OpenedModel,
    private readonly session: Session,
  ) {}

  /** Null: not known while the session is generating. @throws as NextTokenApi says */
  async report(request: NextTokenRequest): Promise<NextTokenReport | null> {
    checkSettings(request.sampling);
    const place = this.find(request);
    const row = await this.rowAt(place);
    if (row === null) return null;
    const actual =
      place.ids.slice(place.position, place.position + 1).find(isToken) ?? request.answerIds[request.index];
    return reportNextToken(row, request, place.position, actual, (id) => tokenText(this.opened.tokenizer, id));
  }

  private find(request: TextPlace): Place {
    const { capacity } = this.session.cache;
    // A prompt is read once, not for every token of its answer.
    const key = JSON.stringify(request.prompt);
    if (this.read?.key !== key) {
      this.read = { key, promptAt: readPrompt(this.opened, request.prompt, capacity) };
    }
    const isInside = Number.isInteger(request.index) && request.index <= request.answerIds.length;
    if (!isInside) throw nothingThere(request.index);
    const text = textAround(this.read.promptAt, request.answerIds, request.index, request.fitting, capacity);
    const position = text === null ? -1 : text.answerAt + request.index;
    if (text === null || position > text.ids.length) {
      throw new VitrineError(
        "ContextOverflowError",
        `The text up to this token does not fit the cache of ${capacity} tokens. Choose a larger one.`,
      );
    }
    // The first token of all follows on nothing.
    if (position < 1) throw nothingThere(request.index);
    return { ids: text.ids, position, answerAt: text.answerAt };
  }

  private async rowAt({ ids, position, answerAt }: Place): Promise<LogitRow | null> {
    // Tokens before make the row, and nothing else does.
    const key = ids
      .slice(0, position)
      .map((item) => (typeof item === "number" ? item : item.hash))
      .join(" ");
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    const logits = await this.session.logitsIn(ids, position - 1, Math.max(0, answerAt - 1));
    if (logits === null) return null;
    if (!logits.every(Number.isFinite)) {
      throw new VitrineError(
        "NonFiniteLogitsError",
        `The model computed values that are not numbers at position ${position}. Try another level.`,
      );
    }
    const row = new LogitRow(logits, ids.slice(Math.max(0, position - PENALTY_WINDOW), position).filter(isToken));
    this.rows.set(key, row);
    for (const old of this.rows.keys()) {
      if (this.rows.size <= KEPT_ROWS) break;
      this.rows.delete(old);
    }
    return row;
  }
}

function nothingThere(index: number): VitrineError {
  return new VitrineError("InvalidSettingError", `No token was predicted at place ${index} of this answer.`);
}
