/** Whether a chat template leaves thinking aloud to choose, and whether it begins the thought itself. */
import type { ThinkingReport } from "../../shared/protocol";
import { renderChat, specialText } from "./chatTemplate";
import type { Tokenizer } from "./tokenizer";

/** What templates of models that can answer with and without a thought call the choice (Qwen3, SmolLM3, GLM-4.5). */
export function thinkingVariables(thinks: boolean | undefined): Readonly<Record<string, unknown>> {
  return thinks === undefined ? {} : { enable_thinking: thinks };
}

/** Found by rendering a short chat each way; null: the template has no part in it, or refuses such a chat. */
export function thinkingOf(tokenizer: Tokenizer, template: string): ThinkingReport | null {
  const now = new Date();
  const beginning = (thinks?: boolean): string =>
    renderChat(template, [{ role: "user", content: "?" }], {
      bosToken: specialText(tokenizer, tokenizer.bosId),
      eosToken: specialText(tokenizer, tokenizer.eosId),
      addGenerationPrompt: true,
      now,
      variables: thinkingVariables(thinks),
    });
  try {
    const thinking = beginning(true);
    const isChoice = thinking !== beginning(false);
    const opens = /<think>\s*$/.test(thinking);
    return isChoice || opens ? { isChoice, byDefault: !isChoice || thinking === beginning(), opens } : null;
  } catch {
    // Said in the template's own words once somebody chats.
    return null;
  }
}
