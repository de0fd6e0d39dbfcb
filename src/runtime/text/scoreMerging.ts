/**
 * SentencePiece's BPE as GGUF files keep it (tokenizer model "llama"): no list of merges, only a score per token.
 * Of all neighbours whose concatenation is a token, the pair with the highest score is joined first, the leftmost
 * on a tie. @huggingface/tokenizers knows only ranked lists of merges, and a list made from scores loses ties, so
 * this small piece is our own.
 */
import { fallbackToken } from "./byteLevel";

export interface ScoredVocabulary {
  readonly idOf: ReadonlyMap<string, number>;
  readonly scores: readonly number[];
  readonly unknownId: number | null;
}

interface Candidate {
  readonly score: number;
  readonly left: number;
  readonly right: number;
  /** Of both texts together: stale once one of them has grown. */
  readonly length: number;
}

/** Ids of a text in which spaces are already U+2581. */
export function encodeByScore(vocabulary: ScoredVocabulary, text: string): number[] {
  const texts = [...text];
  const previous = texts.map((_, index) => index - 1);
  const next = texts.map((_, index) => (index + 1 < texts.length ? index + 1 : -1));
  const queue = new CandidateQueue();
  const propose = (left: number, right: number) => {
    if (left < 0 || right < 0) return;
    const joined = (texts[left] ?? "") + (texts[right] ?? "");
    const id = vocabulary.idOf.get(joined);
    if (id !== undefined) queue.push({ score: vocabulary.scores[id] ?? 0, left, right, length: joined.length });
  };
  for (let index = 1; index < texts.length; index++) propose(index - 1, index);
  for (let best = queue.pop(); best; best = queue.pop()) {
    const { left, right } = best;
    const leftText = texts[left] ?? "";
    const rightText = texts[right] ?? "";
    if (leftText === "" || rightText === "" || leftText.length + rightText.length !== best.length) continue;
    texts[left] = leftText + rightText;
    texts[right] = "";
    const after = next[right] ?? -1;
    next[left] = after;
    if (after >= 0) previous[after] = left;
    propose(previous[left] ?? -1, left);
    propose(left, after);
  }
  return texts.filter((piece) => piece !== "").flatMap((piece) => idsOf(vocabulary, piece));
}

/** A character that is no token becomes its bytes. */
function idsOf(vocabulary: ScoredVocabulary, piece: string): number[] {
  const id = vocabulary.idOf.get(piece);
  if (id !== undefined) return [id];
  const ids: number[] = [];
  for (const byte of new TextEncoder().encode(piece)) {
    const byteId =
      vocabulary.idOf.get(fallbackToken(byte)) ??
      (byte < 0x80 ? vocabulary.idOf.get(String.fromCharCode(byte)) : undefined) ??
      vocabulary.unknownId;
    if (byteId !== null && byteId !== undefined) ids.push(byteId);
  }
  return ids;
}

/** Binary heap: highest score first, then leftmost. */
class CandidateQueue {
  private readonly heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(candidate);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(candidate, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = candidate;
  }

  pop(): Candidate | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      let below = heap[child];
      if (!below) break;
      if (right && isBefore(right, below)) {
        below = right;
        child += 1;
      }
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.score > b.score || (a.score === b.score && a.left < b.left);
}
