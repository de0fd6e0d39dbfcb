/** A prompt as the interface states it, turned into the ids that the model reads. */
import { VitrineError } from "../../shared/errors";
import type { ChatMessage, Prompt } from "../../shared/protocol";
import type { OpenedModel } from "../openModel";
import { encodeChat, renderChat, specialText } from "../text/chatTemplate";
import type { Tokenizer } from "../text/tokenizer";
import { chatPrompt, type PromptAt, textPrompt } from "./promptFitting";

/** @throws TokenizerError, ChatTemplateError */
export function readPrompt({ tokenizer, chatTemplate, name }: OpenedModel, prompt: Prompt, capacity: number): PromptAt {
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
  return chatPrompt(prompt.messages, (messages) => encodeChat(tokenizer, render(tokenizer, chatTemplate, messages)));
}

function render(tokenizer: Tokenizer, template: string, messages: readonly ChatMessage[]): string {
  return renderChat(
    template,
    messages.map(({ role, content }) => ({ role, content })),
    {
      bosToken: specialText(tokenizer, tokenizer.bosId),
      eosToken: specialText(tokenizer, tokenizer.eosId),
      addGenerationPrompt: true,
      now: new Date(),
    },
  );
}
