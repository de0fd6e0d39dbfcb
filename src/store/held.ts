/** For tests of what a person does while something is under way: answers that come when the test says so. */
import type { RuntimeApi } from "../shared/protocol";

/**
 * From now on this method's answers wait.
 * @returns what lets each of them come, in the order of the calls
 */
export function holdAnswers(runtime: RuntimeApi, name: keyof RuntimeApi): (() => void)[] {
  const waiting: (() => void)[] = [];
  const call = runtime[name] as (...given: unknown[]) => Promise<unknown>;
  const held = async (...given: unknown[]): Promise<unknown> => {
    const [answer] = await Promise.allSettled([
      call(...given),
      new Promise<void>((resolve) => void waiting.push(resolve)),
    ]);
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  };
  Object.assign(runtime, { [name]: held });
  return waiting;
}
