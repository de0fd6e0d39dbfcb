/** Pictures: attached to the message being written, named by turns, and shown to the open model before it reads them. */
import { VitrineError } from "../shared/errors";
import type { ImageReport, ModelHandle, ModelReport } from "../shared/protocol";
import type { AppState, SliceContext } from "./appState";
import type { Turn } from "./conversation";
import { type Picture, readPicture } from "./picture";

/** What the open model makes of pictures, by their ids. */
export interface SeenPictures {
  readonly model: ModelHandle | null;
  readonly reports: ReadonlyMap<string, ImageReport>;
}

const NOTHING_SEEN: SeenPictures = { model: null, reports: new Map() };

export interface ImageSlice {
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Ids of pictures attached to the message being written, by chat. */
  readonly attached: Readonly<Record<string, readonly string[]>>;
  readonly seen: SeenPictures;
  /** Chats whose pictures the person agreed to leave out for models that do not see. */
  readonly leftOut: ReadonlySet<string>;
  /** Those that are no pictures are reported and left out. */
  readonly attachPictures: (files: readonly (Blob & { readonly name?: string })[]) => Promise<void>;
  /** Until the files that were attached are read; null: all are. */
  readonly picturesRead: () => Promise<unknown> | null;
  readonly detachPicture: (id: string) => void;
  /** For messages that come back to be sent again. */
  readonly putBack: (chatId: string, ids: readonly string[]) => void;
  readonly addPictures: (pictures: readonly Picture[]) => void;
  readonly leavePicturesOut: (chatId: string) => void;
  /**
   * Shows a picture to the open model, once for each model.
   * @throws InvalidStateError when the picture is gone, and what `addImage` throws
   */
  readonly seePicture: (id: string) => Promise<ImageReport>;
  /** Every picture of a path, so that `promptOf` can name them. Nothing when they are left out. */
  readonly seePath: (chatId: string, path: readonly Turn[]) => Promise<void>;
}

/** Pictures have a place in the prompts of chat models only. */
export function canSee(report: ModelReport | undefined): boolean {
  return report?.spec.vision !== undefined && report.hasChatTemplate;
}

export function attachedTo({ attached, chat }: Pick<AppState, "attached" | "chat">): readonly string[] {
  return attached[chat.id] ?? NONE;
}
const NONE: readonly string[] = [];

/** Pictures of the chat on the page that the open model would not be shown, and that nobody agreed to leave out. */
export function hasUnseenPictures(state: AppState): boolean {
  const { model, turns, chat, leftOut } = state;
  if (model === null || canSee(model.report) || leftOut.has(chat.id)) return false;
  return attachedTo(state).length > 0 || turns.some(({ images }) => images.length > 0);
}

export function createImageSlice({ runtime, get, set }: SliceContext): ImageSlice {
  /** Under way, by model and picture. */
  const asked = new Map<string, Promise<ImageReport>>();
  /** Files on their way to a message. */
  const reading = new Set<Promise<void>>();

  const attach = (chatId: string, ids: readonly string[]): void => {
    const all = [...new Set([...(get().attached[chatId] ?? []), ...ids])];
    set({ attached: { ...get().attached, [chatId]: all } });
  };

  function detach(chatId: string, id: string): void {
    const rest = (get().attached[chatId] ?? []).filter((other) => other !== id);
    set({ attached: { ...get().attached, [chatId]: rest } });
  }

  async function show(model: ModelHandle, id: string): Promise<ImageReport> {
    const picture = get().pictures.get(id);
    if (picture === undefined) {
      const advice = "Edit the message and take it out, or begin a new chat.";
      throw new VitrineError(
        "InvalidStateError",
        `A picture of this chat is no longer in the browser's storage. ${advice}`,
      );
    }
    const report = await runtime.addImage(model, picture.blob);
    const { seen } = get();
    if (get().model?.report.handle === model) {
      const known = seen.model === model ? seen.reports : NOTHING_SEEN.reports;
      set({ seen: { model, reports: new Map(known).set(id, report) } });
    }
    return report;
  }

  function seePicture(id: string): Promise<ImageReport> {
    const { model, seen } = get();
    if (model === null) return Promise.reject(new VitrineError("InvalidStateError", "No model is open."));
    const { handle } = model.report;
    const known = seen.model === handle ? seen.reports.get(id) : undefined;
    if (known !== undefined) return Promise.resolve(known);
    const key = `${handle}:${id}`;
    const underWay = asked.get(key) ?? show(handle, id).finally(() => asked.delete(key));
    asked.set(key, underWay);
    return underWay;
  }

  /** A file that the browser cannot decode is found out now, not when the message is sent. */
  async function tryOut(chatId: string, picture: Picture): Promise<void> {
    if (!canSee(get().model?.report)) return;
    try {
      await seePicture(picture.id);
    } catch (error) {
      if (error instanceof Error && error.name === "InvalidFileError") detach(chatId, picture.id);
      get().report({ kind: "picture", name: picture.name }, error);
    }
  }

  /** @param tried gets what goes on after they are attached */
  async function readFiles(
    chatId: string,
    files: readonly (Blob & { readonly name?: string })[],
    tried: Promise<void>[],
  ): Promise<void> {
    for (const file of files) {
      const name = file.name ?? "";
      try {
        const picture = await readPicture(file, name);
        get().addPictures([picture]);
        attach(chatId, [picture.id]);
        tried.push(tryOut(chatId, picture));
      } catch (error) {
        get().report({ kind: "picture", name }, error);
      }
    }
  }

  return {
    pictures: new Map(),
    attached: {},
    seen: NOTHING_SEEN,
    leftOut: new Set(),
    attachPictures: async (files) => {
      const tried: Promise<void>[] = [];
      const read = readFiles(get().chat.id, files, tried).finally(() => reading.delete(read));
      reading.add(read);
      await read;
      await Promise.all(tried);
    },
    picturesRead: () => (reading.size === 0 ? null : Promise.all(reading)),
    detachPicture: (id) => detach(get().chat.id, id),
    putBack: attach,
    addPictures: (pictures) => {
      const all = new Map(get().pictures);
      for (const picture of pictures) if (!all.has(picture.id)) all.set(picture.id, picture);
      set({ pictures: all });
    },
    leavePicturesOut: (chatId) => {
      set({ leftOut: new Set(get().leftOut).add(chatId), attached: { ...get().attached, [chatId]: NONE } });
    },
    seePicture,
    seePath: async (chatId, path) => {
      const { model } = get();
      const ids = new Set(path.flatMap(({ images }) => images));
      if (canSee(model?.report)) {
        for (const id of ids) await seePicture(id);
      } else if (ids.size > 0 && !get().leftOut.has(chatId)) {
        throw unseen(model?.report.name ?? "");
      }
    },
  };
}

export function unseen(name: string): VitrineError {
  return new VitrineError(
    "InvalidSettingError",
    `This chat has pictures, and ${name} does not see. Leave them out, or open a model that does.`,
  );
}
