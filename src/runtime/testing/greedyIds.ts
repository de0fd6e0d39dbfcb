import { DEFAULT_SAMPLING } from "../../shared/sampling";
import type { OpenedModel } from "../openModel";
import { generateText } from "../session/generation";
import { Session } from "../session/session";

/** What a model goes on with, and then it is freed: equal for models that are the same. */
export async function greedyIds(opened: OpenedModel): Promise<readonly number[]> {
  const session = await Session.create(opened.model, { capacity: 64, precision: "f32" });
  const request = {
    prompt: { kind: "ids", ids: [1, 4, 270, 5] } as const,
    sampling: { ...DEFAULT_SAMPLING, greedy: true },
    ...{ maxNewTokens: 12, stopStrings: [], tokensInFlight: 4, atCapacity: "stop" as const },
  };
  const { ids } = await generateText(opened, session, request, () => {});
  await session.close();
  await opened.images?.destroy();
  opened.model.destroy();
  return ids;
}
