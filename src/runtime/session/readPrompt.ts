/** A prompt as the interface states it, turned into the ids that the model reads. */
import { VitrineError } from "../../shared/errors";
import type { Prompt } from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { chatEncoder } from "./chatEncoder";
import { chatPrompt, type PromptAt, textPrompt } from "./promptFitting";

/** @throws TokenizerError, ChatTemplateError */
export function readPrompt(opened: OpenedModel, prompt: Prompt, capacity: number): PromptAt {
  const { tokenizer, chatTemplate, name } = opened;
  if (prompt.kind === "ids") return textPrompt(prompt.ids, capacity);
  if (tokenizer === null) {
    throw new VitrineError(
      "TokenizerError",
      `${name} came without a tokenizer, so it cannot read text. Open it together with its tokenizer.json.`,
    );
  }
  if (prompt.kind === "text") {
    return textPrompt(tokenizer.encode(prompt.text, { addSpecial: true, parseSpecial: false }), capacity);
  }
  if (chatTemplate === null) {
    throw new VitrineError(
      "ChatTemplateError",
      `${name} has no chat template: it is a base model, which continues a text instead of answering.`,
    );
  }
  return chatPrompt(prompt.messages, chatEncoder(opened, tokenizer, chatTemplate, prompt.thinks));
}
