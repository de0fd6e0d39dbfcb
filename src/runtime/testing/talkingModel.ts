/**
 * A one-layer Llama, made by hand, whose every answer is known. The hidden state is the token as one hot value, and
 * the head says which token follows which. Attention finds the newest topic word of the conversation and adds it to
 * the hidden state, so that what follows <|assistant|> depends on the whole prompt and on what is cached of it.
 */
import { ASSISTANT_ID, EOS_ID, type Piece, TalkingVocabulary } from "./talkingVocabulary";
import { type TinyModel, type TinyShape, tinyTensor, zeroWeights } from "./tinyModel";

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Topic word -> what is answered; no piece stands twice, because the next one depends on nothing else. */
const ANSWERS: Readonly<Record<string, readonly Piece[]>> = {
  cats: ["Small", "animals", "that", "purr", ...bytesOf("🐱")],
  rain: ["Drops", "fall", "on", "caf", ...bytesOf("é"), "roofs", ...bytesOf("!")],
  tea: ["Hot", "water", "and", "leaves", ...bytesOf(".")],
  hush: [],
  /** Never ends: after the last comes the first. */
  count: ["one", "two", "three", "four", "five", "six", "seven", "eight"],
  /** Never ends: of the four colours each may follow each. */
  dice: ["Rolling", "red", "green", "blue", "gold"],
  /** The last word makes a model with `poison` compute values that are not numbers. */
  void: ["It", "goes", "wrong"],
};
/** Where no topic was named. */
const ASK: readonly Piece[] = ["Please", "name", "something", "else"];

/** What a person reads, by topic; of those that end. */
export const ANSWER_TEXTS = {
  cats: "Small animals that purr🐱",
  rain: "Drops fall on café roofs!",
  tea: "Hot water and leaves.",
  hush: "",
  void: "It goes wrong",
  ask: "Please name something else",
} as const;
/** The counting answer goes round these. */
export const COUNT_WORDS = ANSWERS.count as readonly string[];
export const DICE_WORDS = ["red", "green", "blue", "gold"] as const;
/** Logits of the four words after the first of the dice answer; all others are far below. */
export const DICE_LOGITS = [46, 45.5, 45, 44.5] as const;

export const TALKING_CONTEXT = 256;
const HEAD_DIM = 16;

export interface TalkingOptions {
  /** The embedding of "wrong" is not a number. */
  readonly poison?: boolean;
  /** Topics are found within some 150 tokens; an answer under way goes on over any context. */
  readonly contextLength?: number;
}

export function talkingModel(options: TalkingOptions = {}): TinyModel {
  const words = [...Object.keys(ANSWERS), ...Object.values(ANSWERS).flat(), ...ASK];
  const vocabulary = new TalkingVocabulary(words.filter((word) => typeof word === "string"));
  const vocabSize = vocabulary.size;
  const topicStart = Math.ceil(vocabSize / 32) * 32;
  const shape: TinyShape = {
    vocabSize,
    hiddenSize: topicStart + 32,
    contextLength: options.contextLength ?? TALKING_CONTEXT,
    numLayers: 1,
    numHeads: 2,
    numKvHeads: 1,
    headDim: HEAD_DIM,
    intermediateSize: 32,
  };
  const weights = zeroWeights(shape);
  const { embedding, finalNorm, head, blocks } = weights;
  // The norms divide by the root of the mean square; with this weight a vector of length 1 stays as it is.
  const keep = 1 / Math.sqrt(shape.hiddenSize);
  for (const norm of [finalNorm, ...blocks.flatMap((block) => [block.attentionNorm, block.mlpNorm])]) {
    norm.values.fill(keep);
  }
  for (let id = 0; id < vocabSize; id++) embedding.values[id * shape.hiddenSize + id] = 1;
  if (options.poison) embedding.values[vocabulary.idOf("wrong") * shape.hiddenSize] = Number.NaN;
  const follow = (next: number, hidden: number, logit: number) => {
    head.values[next * shape.hiddenSize + hidden] = logit;
  };
  const endOf = (topic: string, first: number) => (topic === "count" ? first : EOS_ID);
  const chain = (ids: readonly number[], end: number) => {
    ids.forEach((id, index) => {
      follow(ids[index + 1] ?? end, id, 80);
    });
  };
  const asked = ASK.map((piece) => vocabulary.idOf(piece));
  chain(asked, EOS_ID);
  follow(asked[0] as number, ASSISTANT_ID, 30);
  Object.entries(ANSWERS).forEach(([topic, pieces], index) => {
    const ids = pieces.map((piece) => vocabulary.idOf(piece));
    const first = ids[0] ?? EOS_ID;
    // With a topic the vector is longer by the root of two, and the norm makes up for that.
    if (topic === "dice") {
      for (const id of ids) {
        DICE_WORDS.forEach((next, rank) => {
          follow(vocabulary.idOf(next), id, (DICE_LOGITS[rank] as number) * Math.SQRT2);
        });
      }
    } else chain(ids, endOf(topic, first));
    follow(first, ASSISTANT_ID, 20);
    follow(first, topicStart + index, 40);
    follow(first, vocabulary.idOf(topic), 80);
  });
  return { shape, vocabulary, weights: { ...weights, blocks: [topicAttention(shape, vocabulary, topicStart)] } };
}

/**
 * Every query and every topic word's key point along the first half of one rotary pair, whose angle grows by 0.01 a
 * token: the score falls with the distance over the whole context, steeply enough for the newest topic to take all.
 */
function topicAttention(shape: TinyShape, vocabulary: TalkingVocabulary, topicStart: number) {
  const { hiddenSize: C, vocabSize } = shape;
  const block = zeroWeights(shape).blocks[0];
  if (block === undefined) throw new Error("no layer");
  const length = Math.sqrt(2000 * Math.sqrt(HEAD_DIM));
  const pair = 4;
  const keep = 1 / Math.sqrt(C);
  block.attentionNorm.values.fill(keep);
  block.mlpNorm.values.fill(keep);
  // Llama's GGUF files hold the two halves of a pair side by side, Hugging Face's half a head apart.
  const rows = { interleaved: 2 * pair, half: pair };
  const q = { interleaved: tinyTensor([2 * HEAD_DIM, C]), half: tinyTensor([2 * HEAD_DIM, C]) };
  const k = { interleaved: tinyTensor([HEAD_DIM, C]), half: tinyTensor([HEAD_DIM, C]) };
  const topics = Object.keys(ANSWERS);
  for (const layout of ["interleaved", "half"] as const) {
    for (const head of [0, HEAD_DIM])
      q[layout].values.fill(length, (head + rows[layout]) * C, (head + rows[layout]) * C + vocabSize);
    for (const topic of topics) k[layout].values[rows[layout] * C + vocabulary.idOf(topic)] = length;
  }
  topics.forEach((topic, index) => {
    block.v.values[index * C + vocabulary.idOf(topic)] = 1;
    // Half from either head.
    for (const head of [0, HEAD_DIM]) block.o.values[(topicStart + index) * 2 * HEAD_DIM + head + index] = 0.5;
  });
  return { ...block, q, k };
}
