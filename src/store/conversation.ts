/** A conversation is a tree: editing and regenerating add branches, and nothing that was said is overwritten. */
import type { EndReason, GenerationStats } from "../shared/protocol";
import type { LevelChoice } from "../shared/recipes";
import type { ErrorInfo } from "./errorInfo";
import type { GenerationSettings } from "./samplingSlice";

export type TurnState = "streaming" | "done" | "stopped" | "error";

/** How an answer came about. */
export interface Answer {
  readonly stats: GenerationStats;
  /** Null while it is being generated, or when it broke off. */
  readonly endReason: EndReason | null;
  /** Null when nothing was drawn: greedy. */
  readonly seed: number | null;
  /** Token ids as generated, the end token included. */
  readonly ids: readonly number[];
  /** Of each id: the model's own probability over the whole vocabulary; null where that is not known. */
  readonly probabilities: readonly (number | null)[];
  readonly settings: GenerationSettings | null;
  readonly model: string;
  readonly level: LevelChoice;
  /** It continues the text before it, as base models do, instead of answering it. */
  readonly isCompletion: boolean;
  /** The template began a thought before it, so that its text begins inside of one. */
  readonly opensThought: boolean;
}

export interface Turn {
  readonly id: string;
  /** Null: begins the conversation. A parent always comes before its children in `turns`. */
  readonly parentId: string | null;
  readonly role: "user" | "assistant";
  /** Of a streaming turn: what was there before; the text so far lives in `streaming`. */
  readonly text: string;
  /** Ids of pictures that come before the text. */
  readonly images: readonly string[];
  readonly state: TurnState;
  readonly error: ErrorInfo | null;
  readonly answer: Answer | null;
  /** An answer whose words are the person's. */
  readonly isEdited: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface Conversation {
  readonly id: string;
  /** Null: called by its first words. */
  readonly title: string | null;
  readonly isPinned: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly systemPrompt: string;
  /** In the order they were made, which is also the order of branches. */
  readonly turns: readonly Turn[];
  /** The branch shown below a turn, by that turn's id; ROOT for the first turn. Without an entry: the newest. */
  readonly chosen: Readonly<Record<string, string>>;
}

const ROOT = "root";

export function createConversation(id: string, now: number): Conversation {
  return {
    id,
    title: null,
    isPinned: false,
    createdAt: now,
    updatedAt: now,
    systemPrompt: "",
    turns: [],
    chosen: {},
  };
}

export function childrenOf(conversation: Conversation, parentId: string | null): readonly Turn[] {
  return conversation.turns.filter((turn) => turn.parentId === parentId);
}

export function turnOf(conversation: Conversation, id: string): Turn | undefined {
  return conversation.turns.find((turn) => turn.id === id);
}

/** The turns on the page: from the first one down, along the chosen branches. */
export function pathOf(conversation: Conversation): readonly Turn[] {
  const children = new Map<string, Turn[]>();
  for (const turn of conversation.turns) {
    const siblings = children.get(turn.parentId ?? ROOT);
    if (siblings === undefined) children.set(turn.parentId ?? ROOT, [turn]);
    else siblings.push(turn);
  }
  const path: Turn[] = [];
  for (let key = ROOT; ; ) {
    const siblings = children.get(key);
    const next = siblings?.find((turn) => turn.id === conversation.chosen[key]) ?? siblings?.at(-1);
    if (next === undefined) return path;
    path.push(next);
    key = next.id;
  }
}

/** The path down to a turn, itself included. */
export function pathTo(conversation: Conversation, id: string): readonly Turn[] {
  const byId = new Map(conversation.turns.map((turn) => [turn.id, turn]));
  const path: Turn[] = [];
  for (let turn = byId.get(id); turn !== undefined; turn = byId.get(turn.parentId ?? "")) path.unshift(turn);
  return path;
}

/** Adds a turn and shows it. */
export function addTurn(conversation: Conversation, turn: Turn, now: number): Conversation {
  return {
    ...conversation,
    turns: [...conversation.turns, turn],
    chosen: { ...conversation.chosen, [turn.parentId ?? ROOT]: turn.id },
    updatedAt: now,
  };
}

export function changeTurn(conversation: Conversation, id: string, change: Partial<Turn>, now: number): Conversation {
  const turns = conversation.turns.map((turn) => (turn.id === id ? { ...turn, ...change } : turn));
  return { ...conversation, turns, updatedAt: now };
}

/** Shows the branch that begins with this turn. */
export function chooseBranch(conversation: Conversation, id: string): Conversation {
  const turn = turnOf(conversation, id);
  if (turn === undefined) return conversation;
  return { ...conversation, chosen: { ...conversation.chosen, [turn.parentId ?? ROOT]: id } };
}

export interface Branches {
  /** From 1. */
  readonly position: number;
  readonly count: number;
  readonly previousId: string | null;
  readonly nextId: string | null;
}

export function branchesAt(conversation: Conversation, turn: Turn): Branches {
  const siblings = childrenOf(conversation, turn.parentId);
  const index = siblings.findIndex((sibling) => sibling.id === turn.id);
  return {
    position: index + 1,
    count: siblings.length,
    previousId: siblings[index - 1]?.id ?? null,
    nextId: siblings[index + 1]?.id ?? null,
  };
}

/** The model answered the same before, token by token: as it must when nothing is drawn, or drawn with the same seed. */
export function repeatsBranch(conversation: Conversation, turn: Turn): boolean {
  const siblings = childrenOf(conversation, turn.parentId);
  const before = siblings.slice(
    0,
    siblings.findIndex(({ id }) => id === turn.id),
  );
  const ids = turn.answer?.ids ?? [];
  const isSame = (other: readonly number[]) => other.length === ids.length && ids.every((id, at) => id === other[at]);
  return ids.length > 0 && before.some(({ answer }) => answer !== null && isSame(answer.ids));
}

/** Without the turn and everything that was said after it; `removed` is what `restoreTurns` takes. */
export function deleteTurn(
  conversation: Conversation,
  id: string,
  now: number,
): { conversation: Conversation; removed: readonly Turn[] } {
  const gone = new Set([id]);
  for (const turn of conversation.turns) if (gone.has(turn.parentId ?? ROOT)) gone.add(turn.id);
  const removed = conversation.turns.filter((turn) => gone.has(turn.id));
  const turns = conversation.turns.filter((turn) => !gone.has(turn.id));
  return { conversation: { ...conversation, turns, updatedAt: now }, removed };
}

/** Puts deleted turns back; those whose parent is gone by now stay away. */
export function restoreTurns(conversation: Conversation, removed: readonly Turn[], now: number): Conversation {
  const known = new Set(conversation.turns.map((turn) => turn.id));
  const back = removed.filter((turn) => {
    const fits = !known.has(turn.id) && (turn.parentId === null || known.has(turn.parentId));
    if (fits) known.add(turn.id);
    return fits;
  });
  const turns = [...conversation.turns, ...back].sort((a, b) => a.createdAt - b.createdAt);
  const first = back[0];
  const restored = { ...conversation, turns: parentsFirst(turns), updatedAt: now };
  return first === undefined ? conversation : chooseBranch(restored, first.id);
}

/** Clocks can be set back, so times alone do not put a parent before its children. */
export function parentsFirst(turns: readonly Turn[]): readonly Turn[] {
  const placed = new Set<string>();
  const sorted: Turn[] = [];
  let waiting = turns;
  while (waiting.length > 0) {
    const later: Turn[] = [];
    for (const turn of waiting) {
      if (turn.parentId === null || placed.has(turn.parentId)) {
        placed.add(turn.id);
        sorted.push(turn);
      } else later.push(turn);
    }
    if (later.length === waiting.length) break;
    waiting = later;
  }
  return sorted;
}
