/** Where pictures stand in a prompt: placeholders in the text, rows in the tokens. */
import { VitrineError } from "../../shared/errors";
import type { ChatMessage } from "../../shared/protocol";
import type { EmbeddingRow, PromptItem } from "./promptItems";

/** Templates of models that see may want parts ("type": "image" and "text") instead of one text. */
const WANTS_PARTS = /\[['"]type['"]\]|\.type\b|['"]type['"]\s*,\s*['"]equalto['"]/;

/**
 * A message's content for the template: its pictures first, each as the placeholder on a line of its own or as a part.
 * A placeholder that a person typed is broken up: it stands for no picture.
 */
export function contentWithImages(
  { content, images = [] }: ChatMessage,
  template: string,
  placeholder: string,
): unknown {
  const text = content.replaceAll(placeholder, `${placeholder.slice(0, 1)}\u200b${placeholder.slice(1)}`);
  if (!WANTS_PARTS.test(template)) return `${`${placeholder}\n`.repeat(images.length)}${text}`;
  return [...images.map(() => ({ type: "image" })), { type: "text", text }];
}

/**
 * Puts each picture's rows between the pieces of text that its placeholder parted.
 * @throws ChatTemplateError when the template left a picture out or wrote one of its own
 */
export function placeImages(
  pieces: readonly (readonly number[])[],
  images: readonly (readonly EmbeddingRow[])[],
): PromptItem[] {
  const places = pieces.length - 1;
  if (places !== images.length) {
    throw new VitrineError(
      "ChatTemplateError",
      `The conversation has ${images.length} pictures, but the model's chat template made ${places} places for them.`,
    );
  }
  return pieces.flatMap((ids, index): PromptItem[] => [...ids, ...(images[index] ?? [])]);
}

/** The runs of ids between those that stand for a picture. */
export function splitAt(ids: readonly number[], imageTokenId: number): number[][] {
  const pieces: number[][] = [[]];
  for (const id of ids) {
    if (id === imageTokenId) pieces.push([]);
    else pieces.at(-1)?.push(id);
  }
  return pieces;
}
