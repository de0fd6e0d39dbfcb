/** Messages, pictures included, to prompt items through the model's own template. */
import { VitrineError } from "../../shared/errors";
import type { ChatMessage } from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { encodeChat, renderChat, specialText, type TemplateMessage } from "../text/chatTemplate";
import type { Tokenizer } from "../text/tokenizer";
import type { ImageEncoder } from "./imageEncoder";
import { contentWithImages, placeImages } from "./imagePrompt";
import type { PromptItem } from "./promptItems";

/** @throws ChatTemplateError, InvalidSettingError for pictures that this model was not given */
export function chatEncoder(
  { name, images }: OpenedModel,
  tokenizer: Tokenizer,
  template: string,
): (messages: readonly ChatMessage[]) => PromptItem[] {
  return (messages) => {
    const hashes = messages.flatMap((message) => message.images ?? []);
    if (images === null && hashes.length > 0) {
      throw new VitrineError(
        "InvalidSettingError",
        `${name} does not see pictures. Take them out, or open one that does.`,
      );
    }
    if (images === null)
      return render(
        tokenizer,
        template,
        messages.map(({ role, content }) => ({ role, content })),
      );
    const { imageTokenId } = images.vision;
    const placeholder = specialText(tokenizer, imageTokenId);
    const withImages = messages.map((message) => ({
      role: message.role,
      content: contentWithImages(message, template, placeholder),
    }));
    const rows = hashes.map((hash) => rowsOf(images, hash));
    return placeImages(render(tokenizer, template, withImages), imageTokenId, rows);
  };
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

function render(tokenizer: Tokenizer, template: string, messages: readonly TemplateMessage[]): number[] {
  const text = renderChat(template, messages, {
    bosToken: specialText(tokenizer, tokenizer.bosId),
    eosToken: specialText(tokenizer, tokenizer.eosId),
    addGenerationPrompt: true,
    now: new Date(),
  });
  return encodeChat(tokenizer, text);
}
