/** What the open model is given to read. */
import type { Prompt } from "../shared/protocol";
import type { AppState } from "./appState";
import type { Conversation, Turn } from "./conversation";
import { buildPrompt } from "./conversationWords";
import { canSee } from "./imageSlice";

/** For a path of the chat; its pictures by the hashes under which the open model knows them, if it does. */
export function promptOf(
  { model, seen }: Pick<AppState, "model" | "seen">,
  chat: Conversation,
  path: readonly Turn[],
): Prompt {
  const report = model?.report;
  const reports = canSee(report) && seen.model === report?.handle ? seen.reports : null;
  const hashOf = (id: string): string | undefined => reports?.get(id)?.hash;
  return buildPrompt(path, chat.systemPrompt, report?.hasChatTemplate ?? false, hashOf);
}
