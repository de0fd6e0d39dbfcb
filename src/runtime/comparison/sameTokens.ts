/** Two models can be compared only where the same number is the same token. */
import { VitrineError } from "../../shared/errors";
import type { OpenedModel } from "../openModel";

type Vocabulary = Pick<OpenedModel, "name" | "tokenizer"> & {
  readonly model: { readonly spec: { readonly vocabSize: number } };
};

/** @throws InvalidSettingError naming the first token that differs */
export function checkSameTokens(reference: Vocabulary, other: Vocabulary): void {
  const [a, b] = [reference, other].map(({ model }) => model.spec.vocabSize) as [number, number];
  const names = `${reference.name} and ${other.name}`;
  if (a !== b) {
    throw new VitrineError(
      "InvalidSettingError",
      `${names} cannot be compared: ${a} and ${b} tokens are not one vocabulary.`,
    );
  }
  const [p, q] = [reference.tokenizer, other.tokenizer];
  // Without one, numbers are all there is.
  if (p === null || q === null) return;
  for (let id = 0; id < a; id++) {
    const [here, there] = [p.tokenBytes(id, { showSpecial: true }), q.tokenBytes(id, { showSpecial: true })];
    const isSame = here.length === there.length && Array.from(here).every((byte, i) => byte === there[i]);
    if (!isSame) {
      throw new VitrineError(
        "InvalidSettingError",
        `${names} cannot be compared: token ${id} is "${textOf(here)}" in one and "${textOf(there)}" in the other.`,
      );
    }
  }
}

function textOf(bytes: ArrayLike<number>): string {
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
