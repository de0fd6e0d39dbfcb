import { VitrineError } from "../shared/errors";
import type { ModelReport } from "../shared/protocol";
import { createAnswering, type GivenAnswer, type UnfinishedAnswer } from "./answering";
import type { AppState, SliceContext } from "./appState";
import { type Answer, addTurn, changeTurn, type Turn, turnOf } from "./conversation";
import { attachedTo, hasUnseenPictures, unseen } from "./imageSlice";

export interface Streaming {
  readonly chatId: string;
  readonly turnId: string;
  readonly text: string;
  /** Tokens of the answer so far, as in `Answer`. */
  readonly ids: readonly number[];
  readonly probabilities: readonly (number | null)[];
  /** Of the last ids, those that were drawn just now: where in the text each begins. */
  readonly textStarts: readonly number[];
  /** How far the prompt has been read; null once tokens come. */
  readonly prefill: { readonly doneTokens: number; readonly totalTokens: number } | null;
  /** As in `Answer`. */
  readonly opensThought: boolean;
}

export interface ForcedToken {
  readonly id: number;
  /** The model's own; null where it is not known. */
  readonly probability: number | null;
}

export interface ChatSlice {
  readonly streaming: Streaming | null;
  /** Of the newest answer, also while it streams. */
  readonly statistics: Answer | null;
  /** The turn whose error is the newest thing that went wrong. */
  readonly alertTurn: string | null;
  readonly send: () => Promise<void>;
  /** Another answer beside this one, or the first one to a message. */
  readonly regenerate: (turnId: string) => Promise<void>;
  /** Goes on where this answer ends. */
  readonly continueAnswer: (turnId: string) => Promise<void>;
  /** What did not fit is tried again, and from now on the oldest turns make room. */
  readonly answerDropping: (turnId: string) => Promise<void>;
  /** Another answer beside this one: the same up to the token at `index`, then these, then as the model goes on. */
  readonly branchAnswer: (turnId: string, index: number, tokens: readonly ForcedToken[]) => Promise<void>;
  /** A branch with other words, and fewer pictures if `images` says so: a message is answered anew, an answer stands as the person wrote it. */
  readonly editTurn: (turnId: string, text: string, images?: Turn["images"]) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly stopAndWait: () => Promise<void>;
  readonly newChat: () => Promise<void>;
  readonly unfinishedAnswer: () => UnfinishedAnswer | null;
}

/**
 * The tokens that an answer's text stands for, where they say exactly what the text says: going on from ids repeats
 * what the model read, where reading the text again may cut it into other tokens.
 */
function tokensToGoOn({ answer, isEdited }: Turn, model: string | undefined): GivenAnswer | undefined {
  if (answer === null || isEdited || answer.model !== model || answer.ids.length === 0) return undefined;
  // What a stop string cut off is in the ids and not in the text.
  if (answer.endReason === "stop-string") return undefined;
  const end = answer.endReason === "end-of-text" ? -1 : undefined;
  return {
    ids: answer.ids.slice(0, end),
    probabilities: answer.probabilities.slice(0, end),
    thinks: answer.settings?.thinks ?? null,
  };
}

/** Why the open model cannot write; null: it can. */
function refusalOf(state: AppState, { name, hasTokenizer }: ModelReport): VitrineError | null {
  if (state.isRecorded) {
    const message = "This is a recording, which answers nothing new. Open the page where WebGPU is available.";
    return new VitrineError("WebGpuUnavailableError", message);
  }
  if (!hasTokenizer) {
    return new VitrineError("TokenizerError", "This model came without a tokenizer, so it cannot read or write text.");
  }
  return hasUnseenPictures(state) ? unseen(name) : null;
}

export function createChatSlice(context: SliceContext): ChatSlice {
  const { get, set, newId, wallClock } = context;
  const answering = createAnswering(context);
  let underWay: Promise<void> = Promise.resolve();

  /** Says why when the open model cannot write. */
  function canAnswer(): boolean {
    const { model, streaming } = get();
    if (streaming !== null || model === null) return false;
    const refusal = refusalOf(get(), model.report);
    if (refusal !== null) get().report({ kind: "send" }, refusal);
    return refusal === null;
  }

  function makeTurn(role: Turn["role"], parentId: string | null, text: string, images: Turn["images"] = []): Turn {
    const isAnswer = role === "assistant";
    return {
      id: newId(),
      parentId,
      role,
      text,
      images,
      state: isAnswer ? "streaming" : "done",
      error: null,
      answer: null,
      isEdited: false,
      createdAt: wallClock(),
    };
  }

  async function answer(turnId: string, given?: GivenAnswer): Promise<void> {
    underWay = answering.answer({ chatId: get().chat.id, turnId }, given);
    await underWay;
  }

  /** The message and an empty turn for its answer; the answer's id. */
  function ask(parentId: string | null, text: string, images: Turn["images"]): string {
    const message = makeTurn("user", parentId, text, images);
    const reply = makeTurn("assistant", message.id, "");
    get().changeChat(get().chat.id, (chat) => addTurn(addTurn(chat, message, wallClock()), reply, wallClock()));
    return reply.id;
  }

  async function answerTo(messageId: string): Promise<void> {
    const reply = makeTurn("assistant", messageId, "");
    get().changeChat(get().chat.id, (chat) => addTurn(chat, reply, wallClock()));
    await answer(reply.id);
  }

  async function stopAndWait(): Promise<void> {
    await answering.stop();
    await underWay;
  }

  return {
    streaming: null,
    statistics: null,
    alertTurn: null,
    send: async () => {
      const { chat } = get();
      const reading = get().picturesRead();
      // What was attached a moment ago belongs to the message.
      if (reading !== null) await reading;
      if (get().chat.id !== chat.id) return;
      const { draft, turns } = get();
      const images = attachedTo(get());
      if ((draft.trim() === "" && images.length === 0) || !canAnswer()) return;
      const id = ask(turns.at(-1)?.id ?? null, draft, images);
      set({ draft: "" });
      for (const image of images) get().detachPicture(image);
      await answer(id);
      const kept = get().chats.get(chat.id);
      const reply = kept && turnOf(kept, id);
      const cameToNothing = reply !== undefined && reply.text === "" && reply.state !== "done";
      // Words and pictures come back to be sent again, unless new words were begun.
      if (cameToNothing && get().draft === "" && get().chat.id === chat.id) {
        set({ draft });
        get().putBack(chat.id, images);
      }
    },
    regenerate: async (turnId) => {
      const turn = turnOf(get().chat, turnId);
      if (turn === undefined || !canAnswer()) return;
      const messageId = turn.role === "user" ? turn.id : turn.parentId;
      if (messageId !== null) await answerTo(messageId);
    },
    continueAnswer: async (turnId) => {
      const turn = turnOf(get().chat, turnId);
      if (turn?.role !== "assistant" || !canAnswer()) return;
      const change = { state: "streaming", error: null } as const;
      get().changeChat(get().chat.id, (chat) => changeTurn(chat, turnId, change, wallClock()));
      await answer(turnId, tokensToGoOn(turn, get().model?.report.name));
    },
    answerDropping: async (turnId) => {
      const turn = turnOf(get().chat, turnId);
      const message = turnOf(get().chat, turn?.parentId ?? "");
      if (!canAnswer()) return;
      get().changeSettings({ atCapacity: "drop-oldest" });
      // It came back to be sent again; now it is.
      if (message !== undefined && get().draft === message.text) {
        set({ draft: "" });
        for (const image of message.images) get().detachPicture(image);
      }
      await get().continueAnswer(turnId);
    },
    branchAnswer: async (turnId, index, tokens) => {
      if (get().streaming !== null) await stopAndWait();
      const turn = turnOf(get().chat, turnId);
      if (turn?.answer == null || turn.parentId === null || !canAnswer()) return;
      const { ids, probabilities, settings } = turn.answer;
      const branch = makeTurn("assistant", turn.parentId, "");
      get().changeChat(get().chat.id, (chat) => addTurn(chat, branch, wallClock()));
      await answer(branch.id, {
        ids: [...ids.slice(0, index), ...tokens.map(({ id }) => id)],
        probabilities: [...probabilities.slice(0, index), ...tokens.map(({ probability }) => probability)],
        thinks: settings?.thinks ?? null,
      });
    },
    editTurn: async (turnId, text, images = turnOf(get().chat, turnId)?.images) => {
      const { id } = get().chat;
      const turn = turnOf(get().chat, turnId);
      if (turn === undefined || images === undefined || text.trim() === "") return;
      if (text === turn.text && images.length === turn.images.length) return;
      if (turn.role === "assistant") {
        const edited: Turn = { ...makeTurn("assistant", turn.parentId, text), state: "done", isEdited: true };
        get().changeChat(id, (chat) => addTurn(chat, edited, wallClock()));
        return;
      }
      // It is what the answer under way should have been to.
      if (get().streaming?.chatId === id) await stopAndWait();
      if (get().chat.id === id && canAnswer()) {
        await answer(ask(turn.parentId, text, images));
        return;
      }
      // While another chat is answered, or nothing can answer: the words are kept.
      const message = makeTurn("user", turn.parentId, text, images);
      get().changeChat(id, (chat) => addTurn(chat, message, wallClock()));
    },
    stop: answering.stop,
    stopAndWait,
    newChat: async () => {
      await stopAndWait();
      get().openEmptyChat();
    },
    unfinishedAnswer: answering.unfinished,
  };
}
