/** What the open model is given to read. */
import type { Prompt } from "../shared/protocol";
import type { AppState } from "./appState";
import type { Conversation, Turn } from "./conversation";
import { buildPrompt } from "./conversationWords";
import { canSee } from "./imageSlice";
import { chosenThinking } from "./thinking";

/**
 * For a path of the chat; its pictures by the hashes under which the open model knows them, if it does.
 * @param thinks what the settings of the answer say of thinking aloud
 */
export function promptOf(
  { model, seen }: Pick<AppState, "model" | "seen">,
  chat: Conversation,
  path: readonly Turn[],
  thinks: boolean | null,
): Prompt {
  const report = model?.report;
  const reports = canSee(report) && seen.model === report?.handle ? seen.reports : null;
  const hashOf = (id: string): string | undefined => reports?.get(id)?.hash;
  return buildPrompt(path, chat.systemPrompt, {
    hasChatTemplate: report?.hasChatTemplate ?? false,
    thinks: chosenThinking(report?.thinking, thinks),
    hashOf,
  });
}
