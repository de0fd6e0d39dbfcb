/** A conversation out of data that may be anything: an earlier version's, a file's, a broken record. */
import type { EndReason, GenerationStats } from "../shared/protocol";
import { LEVEL_CHOICES, type LevelChoice, readChoiceText } from "../shared/recipes";
import type { Answer, Conversation, Turn, TurnState } from "./conversation";
import {
  type Fields,
  isFields,
  readChoice,
  readFields,
  readFlag,
  readId,
  readList,
  readMaybe,
  readNumber,
  readText,
  refuse,
} from "./reading";
import { readSettings } from "./readSettings";

/** Goes up by one whenever a field changes its meaning; MIGRATIONS then gets a step. */
export const CONVERSATION_VERSION = 2;

type Migration = (fields: Fields) => Fields;

/** Step n turns version n into version n + 1. */
const MIGRATIONS: readonly Migration[] = [fromMessageList, withImages];

/** Version 0: a plain list of messages with role and content, as many programs write it. */
function fromMessageList(fields: Fields): Fields {
  const messages = readList(fields.messages, "messages").map((message) => readFields(message, "a message"));
  const isSystem = ({ role }: Fields): boolean => role === "system" || role === "developer";
  const said = messages.filter((message) => !isSystem(message));
  const createdAt = typeof fields.createdAt === "number" ? fields.createdAt : 0;
  return {
    ...fields,
    id: "imported",
    createdAt,
    updatedAt: createdAt,
    systemPrompt: messages
      .filter(isSystem)
      .map(({ content }) => readText(content, "a message's content"))
      .join("\n\n"),
    turns: said.map(({ role, content }, index) => ({
      id: `t${index}`,
      parentId: index === 0 ? null : `t${index - 1}`,
      role,
      text: readText(content, "a message's content"),
      state: "done",
      createdAt: createdAt + index,
    })),
  };
}

/** Version 1: before turns had pictures. */
function withImages(fields: Fields): Fields {
  const turns = readList(fields.turns, "turns").map((turn) => ({ ...readFields(turn, "a turn"), images: [] }));
  return { ...fields, turns };
}

export function migrate(fields: Fields): Fields {
  const version = fields.version === undefined && "messages" in fields ? 0 : readNumber(fields.version, "version");
  if (version > CONVERSATION_VERSION) {
    refuse("The chat's version", `at most ${CONVERSATION_VERSION}: it was written by a newer Vitrine, and`);
  }
  return MIGRATIONS.slice(version).reduce((older, step) => step(older), fields);
}

/** @throws InvalidFileError naming the first field that is not what it should be */
export function readConversation(value: unknown): Conversation {
  const fields = migrate(readFields(value, "A chat"));
  const turns = readList(fields.turns, "turns").map(readTurn);
  const seen = new Set<string>();
  for (const { id, parentId } of turns) {
    if (seen.has(id)) refuse(`The turn id ${id}`, "given once");
    if (parentId !== null && !seen.has(parentId)) refuse(`The parent of turn ${id}`, "a turn before it");
    seen.add(id);
  }
  const chosen = isFields(fields.chosen) ? fields.chosen : {};
  return {
    id: readId(fields.id, "id"),
    title: readMaybe(fields.title, readText, "title"),
    isPinned: readMaybe(fields.isPinned, readFlag, "isPinned") ?? false,
    createdAt: readNumber(fields.createdAt, "createdAt"),
    updatedAt: readNumber(fields.updatedAt, "updatedAt"),
    systemPrompt: readMaybe(fields.systemPrompt, readText, "systemPrompt") ?? "",
    turns,
    chosen: Object.fromEntries(
      Object.entries(chosen).filter((entry): entry is [string, string] => seen.has(String(entry[1]))),
    ),
  };
}

const STATES: readonly TurnState[] = ["streaming", "done", "stopped", "error"];

function readTurn(value: unknown, index: number): Turn {
  const where = `turns[${index}]`;
  const fields = readFields(value, where);
  const state = readChoice(fields.state, STATES, `${where}.state`);
  return {
    id: readId(fields.id, `${where}.id`),
    parentId: readMaybe(fields.parentId, readId, `${where}.parentId`),
    role: readChoice(fields.role, ["user", "assistant"], `${where}.role`),
    text: readText(fields.text, `${where}.text`),
    images: readList(fields.images, `${where}.images`).map((id) => readId(id, `${where}.images`)),
    // Nothing is being written any more: the tab was closed in the middle.
    state: state === "streaming" ? "stopped" : state,
    error: readMaybe(fields.error, readError, `${where}.error`),
    answer: readMaybe(fields.answer, readAnswer, `${where}.answer`),
    isEdited: readMaybe(fields.isEdited, readFlag, `${where}.isEdited`) ?? false,
    createdAt: readNumber(fields.createdAt, `${where}.createdAt`),
  };
}

function readError(value: unknown, where: string): Turn["error"] {
  const { name, message } = readFields(value, where);
  return { name: readText(name, `${where}.name`), message: readText(message, `${where}.message`) };
}

const END_REASONS: readonly EndReason[] = ["end-of-text", "max-tokens", "stop-string", "stopped", "capacity"];

function readAnswer(value: unknown, where: string): Answer {
  const fields = readFields(value, where);
  const ids = readList(fields.ids, `${where}.ids`).map((id) => readNumber(id, `${where}.ids`));
  return {
    stats: readStats(fields.stats, `${where}.stats`),
    endReason: readMaybe(fields.endReason, (reason, at) => readChoice(reason, END_REASONS, at), `${where}.endReason`),
    seed: readMaybe(fields.seed, readNumber, `${where}.seed`),
    ids,
    probabilities: readProbabilities(fields.probabilities, ids.length),
    settings: readMaybe(fields.settings, readSettings, `${where}.settings`),
    model: readText(fields.model, `${where}.model`),
    level: readLevel(fields.level, `${where}.level`),
    isCompletion: readMaybe(fields.isCompletion, readFlag, `${where}.isCompletion`) ?? false,
    opensThought: readMaybe(fields.opensThought, readFlag, `${where}.opensThought`) ?? false,
  };
}

function readLevel(value: unknown, where: string): LevelChoice {
  const text = readText(value, where);
  return readChoiceText(text) ?? refuse(where, LEVEL_CHOICES.join(" or "));
}

/** Answers of earlier versions have none; then each is unknown. */
function readProbabilities(value: unknown, count: number): (number | null)[] {
  const given: readonly unknown[] = Array.isArray(value) ? value : [];
  return Array.from({ length: count }, (_, index) => {
    const probability = given[index];
    return typeof probability === "number" && probability >= 0 && probability <= 1 ? probability : null;
  });
}

function readStats(value: unknown, where: string): GenerationStats {
  const fields = readFields(value, where);
  const number = (name: keyof GenerationStats): number => readNumber(fields[name], `${where}.${name}`);
  return {
    promptTokens: number("promptTokens"),
    cachedTokens: number("cachedTokens"),
    generatedTokens: number("generatedTokens"),
    prefillMs: number("prefillMs"),
    firstTokenMs: number("firstTokenMs"),
    decodeMs: number("decodeMs"),
    cacheLength: number("cacheLength"),
    cacheCapacity: number("cacheCapacity"),
    cacheBytesUsed: number("cacheBytesUsed"),
    // Not counted at first.
    droppedPieces: fields.droppedPieces === undefined ? 0 : number("droppedPieces"),
  };
}
