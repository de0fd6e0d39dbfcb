/** System prompts to begin with: one for each way of asking that is worth knowing. */
export const enPrompts = {
  zeroShot: {
    name: "Zero-shot: just the task",
    text: "Answer the question. Be short and precise. If you do not know the answer, say so.",
  },
  oneShot: {
    name: "One-shot: one example",
    text: "Say whether a review is positive or negative, in one word.\n\nReview: The soup was cold and nobody cared.\nVerdict: negative",
  },
  fewShot: {
    name: "Few-shot: three examples",
    text: "Name the capital of the country.\n\nCountry: France\nCapital: Paris\n\nCountry: Japan\nCapital: Tokyo\n\nCountry: Peru\nCapital: Lima",
  },
  chainOfThought: {
    name: "Chain of thought: step by step",
    text: "Think the problem through step by step and number the steps. Then give the result in a last line that begins with “Answer:”.",
  },
  translate: {
    name: "Translate",
    text: "Translate what the user writes into English. Keep the tone and the formatting. Give the translation only.",
  },
  summarize: {
    name: "Summarize",
    text: "Summarize what the user writes in three bullet points, each at most twenty words. Add nothing that is not in the text.",
  },
};
