/** Small models that are good at something, to begin with. */
export interface CatalogEntry {
  /** As typed in the field for links. A branch, not a commit: the hub says which commit it is when it is asked. */
  readonly link: string;
  readonly name: string;
  /** About, in millions, as their makers state it. */
  readonly millionParameters: number;
  readonly licence: string;
  readonly purpose: "smallest" | "chat" | "multilingual" | "reasoning" | "better" | "base";
}

export const CATALOG: readonly CatalogEntry[] = [
  {
    link: "HuggingFaceTB/SmolLM2-135M-Instruct",
    name: "SmolLM2 135M Instruct",
    millionParameters: 135,
    licence: "apache-2.0",
    purpose: "smallest",
  },
  {
    link: "HuggingFaceTB/SmolLM2-360M-Instruct",
    name: "SmolLM2 360M Instruct",
    millionParameters: 362,
    licence: "apache-2.0",
    purpose: "chat",
  },
  {
    link: "Qwen/Qwen2.5-0.5B-Instruct",
    name: "Qwen2.5 0.5B Instruct",
    millionParameters: 494,
    licence: "apache-2.0",
    purpose: "multilingual",
  },
  {
    link: "Qwen/Qwen3-0.6B",
    name: "Qwen3 0.6B",
    millionParameters: 596,
    licence: "apache-2.0",
    purpose: "reasoning",
  },
  {
    link: "HuggingFaceTB/SmolLM2-1.7B-Instruct",
    name: "SmolLM2 1.7B Instruct",
    millionParameters: 1711,
    licence: "apache-2.0",
    purpose: "better",
  },
  {
    link: "openai-community/gpt2",
    name: "GPT-2",
    millionParameters: 124,
    licence: "mit",
    purpose: "base",
  },
];
