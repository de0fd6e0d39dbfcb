/** Answers questions with a model directory on the path that chats: greedy, pictures preprocessed and through the tower. */
import { PNG } from "pngjs";
import { openModelFiles } from "../../src/runtime/files/modelFiles";
import type { Gpu } from "../../src/runtime/gpu/device";
import { type OpenedModel, openModel } from "../../src/runtime/openModel";
import { chatEncoder } from "../../src/runtime/session/chatEncoder";
import { scoreLogits } from "../../src/runtime/session/inspect";
import type { PromptItem } from "../../src/runtime/session/promptItems";
import { Session } from "../../src/runtime/session/session";
import type { Tokenizer } from "../../src/runtime/text/tokenizer";
import { dropAlpha } from "../../src/runtime/vision/rgbImage";
import type { ChatMessage } from "../../src/shared/protocol";
import type { Level } from "../../src/shared/quant";
import { DEFAULT_SAMPLING } from "../../src/shared/sampling";
import { folderSources } from "../conformance/models";
import type { EvaluationItem } from "./items";

/** Stories end by themselves before this many tokens, or do not end. */
const MAX_STORY_TOKENS = 180;
/** An answer that is to be word for word may run this far beyond what is expected before it is given up. */
const SPARE_TOKENS = 12;
const CAPACITY = 512;

export type Question = Pick<EvaluationItem, "messages" | "image">;

export interface Answer {
  /** Null: it did not end by itself. */
  readonly text: string | null;
  readonly ids: readonly number[];
}

export class Answerer {
  private constructor(
    private readonly opened: OpenedModel,
    private readonly tokenizer: Tokenizer,
    private readonly encode: (messages: readonly ChatMessage[]) => PromptItem[],
    private readonly session: Session,
  ) {}

  static async open(gpu: Gpu, directory: string, level: Level): Promise<Answerer> {
    const opened = await openModel(gpu, await openModelFiles(folderSources(directory)), { level, variant: "auto" });
    const { model, tokenizer, chatTemplate } = opened;
    if (tokenizer === null || chatTemplate === null) throw new Error(`${directory} has no tokenizer or chat template.`);
    const session = await Session.create(model, { capacity: CAPACITY, precision: "f32" });
    return new Answerer(opened, tokenizer, chatEncoder(opened, tokenizer, chatTemplate), session);
  }

  /** The chat as the model reads it; the picture stands before the first question. */
  async promptOf({ messages, image }: Question): Promise<PromptItem[]> {
    const hash = image === undefined ? null : await this.addImage(image);
    const first = messages.findIndex(({ role }) => role === "user");
    return this.encode(
      messages.map(({ role, content }, index) => ({
        role,
        content: typeof content === "string" ? content : content.map((part) => part.text ?? "").join(""),
        ...(hash !== null && index === first ? { images: [hash] } : {}),
      })),
    );
  }

  async answer(item: EvaluationItem): Promise<Answer> {
    const { tokenizer } = this;
    const expected = tokenizer.encode(item.answer, { addSpecial: false, parseSpecial: false }).length;
    const { ids, end } = await this.session.generate({
      ids: await this.promptOf(item),
      sampling: { ...DEFAULT_SAMPLING, greedy: true },
      maxNewTokens: item.contains === undefined ? expected + SPARE_TOKENS : MAX_STORY_TOKENS,
      tokensInFlight: 2,
      onToken: (id) => tokenizer.endIds.includes(id),
    });
    const ended = end === "ended" && tokenizer.endIds.includes(ids.at(-1) ?? -1);
    return { text: ended ? tokenizer.decode(ids.slice(0, -1)) : null, ids };
  }

  /** Logits [V] from which the first token of the answer is chosen. */
  async firstLogits(question: Question): Promise<Float32Array> {
    let last = new Float32Array(0);
    await scoreLogits(this.session, await this.promptOf(question), (_, logits) => {
      last = Float32Array.from(logits);
    });
    return last;
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.opened.images?.destroy();
    this.opened.model.destroy();
  }

  private async addImage(base64: string): Promise<string> {
    if (this.opened.images === null) throw new Error("The model does not see pictures.");
    const { width, height, data } = PNG.sync.read(Buffer.from(base64, "base64"));
    return (await this.opened.images.encode(dropAlpha(width, height, data))).hash;
  }
}
