/** Messages, pictures included, to prompt items through the model's own template. */
import { VitrineError } from "../../shared/errors";
import type { ChatMessage } from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { encodeChat, type RenderOptions, renderChat, specialText, type TemplateMessage } from "../text/chatTemplate";
import { thinkingVariables } from "../text/thinking";
import type { Tokenizer } from "../text/tokenizer";
import type { ImageEncoder } from "./imageEncoder";
import { contentWithImages, placeImages, splitAt } from "./imagePrompt";
import type { PromptItem } from "./promptItems";

/**
 * @param thinks whether to think aloud first, for templates that ask
 * @throws ChatTemplateError, InvalidSettingError for pictures that this model was not given
 */
export function chatEncoder(
  { name, images }: OpenedModel,
  tokenizer: Tokenizer,
  template: string,
  thinks?: boolean,
): (messages: readonly ChatMessage[]) => PromptItem[] {
  const variables = thinkingVariables(thinks);
  return (messages) => {
    const hashes = messages.flatMap((message) => message.images ?? []);
    if (images === null && hashes.length > 0) {
      throw new VitrineError(
        "InvalidSettingError",
        `${name} does not see pictures. Take them out, or open one that does.`,
      );
    }
    if (images === null) return encodeChat(tokenizer, render(tokenizer, template, messages.map(plain), variables));
    const { imageTokenId } = images.vision;
    const placeholder = imageTokenId === null ? MARKER : specialText(tokenizer, imageTokenId);
    const withImages = messages.map((message) => ({
      role: message.role,
      content: contentWithImages(message, template, placeholder),
    }));
    const text = render(tokenizer, template, withImages, variables);
    const pieces =
      imageTokenId === null ? encodePieces(tokenizer, text) : splitAt(encodeChat(tokenizer, text), imageTokenId);
    return placeImages(
      pieces,
      hashes.map((hash) => rowsOf(images, hash)),
    );
  };
}

/** Stands for a picture in a text whose vocabulary has no token for one. */
const MARKER = "<__media__>";

function encodePieces(tokenizer: Tokenizer, text: string): number[][] {
  return text
    .split(MARKER)
    .map((piece, index) =>
      index === 0
        ? encodeChat(tokenizer, piece)
        : [...tokenizer.encode(piece, { addSpecial: false, parseSpecial: true })],
    );
}

function plain({ role, content }: ChatMessage): TemplateMessage {
  return { role, content };
}

function rowsOf(images: ImageEncoder, hash: string): NonNullable<ReturnType<ImageEncoder["rowsOf"]>> {
  const rows = images.rowsOf(hash);
  if (rows === undefined) {
    throw new VitrineError(
      "InvalidSettingError",
      "A picture of this conversation was not given to the model. Add it again.",
    );
  }
  return rows;
}

/** The last message of a conversation, when it is an answer to go on with. */
export function openAnswer(messages: readonly { role: string; content: unknown }[]): string | null {
  const last = messages.at(-1);
  return last?.role === "assistant" && typeof last.content === "string" ? last.content : null;
}

/**
 * An answer to go on with is written as the model wrote it, behind the template's beginning of an answer: templates
 * would close it, and some leave out parts of earlier answers.
 */
function render(
  tokenizer: Tokenizer,
  template: string,
  messages: readonly TemplateMessage[],
  variables: RenderOptions["variables"],
): string {
  const answer = openAnswer(messages);
  const text = renderChat(template, answer === null ? messages : messages.slice(0, -1), {
    bosToken: specialText(tokenizer, tokenizer.bosId),
    eosToken: specialText(tokenizer, tokenizer.eosId),
    addGenerationPrompt: true,
    now: new Date(),
    variables,
  });
  return text + (answer ?? "");
}
