/** Small models that are good at something, to begin with. */
export interface CatalogEntry {
  /** Of the public hub. */
  readonly id: string;
  /** Commit: the bytes behind a name never change. The last of the main branch when it was looked up in November 2026. */
  readonly revision: string;
  readonly name: string;
  /** In millions, about. */
  readonly millionParameters: number;
  /** Of the weights as published, in full precision. */
  readonly sizeBytes: number;
  readonly licence: string;
  readonly purpose: "smallest" | "chat" | "multilingual" | "reasoning" | "better" | "base";
}

/** As typed in the field for links. */
export function catalogLink({ id, revision }: CatalogEntry): string {
  return `${id}@${revision}`;
}

export const CATALOG: readonly CatalogEntry[] = [
  {
    id: "HuggingFaceTB/SmolLM2-135M-Instruct",
    revision: "12fd25f77366fa6b3b4b768ec3050bf629380bac",
    name: "SmolLM2 135M Instruct",
    millionParameters: 135,
    sizeBytes: 269_060_552,
    licence: "apache-2.0",
    purpose: "smallest",
  },
  {
    id: "HuggingFaceTB/SmolLM2-360M-Instruct",
    revision: "a10cc1512eabd3dde888204e902eca88bddb4951",
    name: "SmolLM2 360M Instruct",
    millionParameters: 362,
    sizeBytes: 723_674_912,
    licence: "apache-2.0",
    purpose: "chat",
  },
  {
    id: "Qwen/Qwen2.5-0.5B-Instruct",
    revision: "7ae557604adf67be50417f59c2c2f167def9a775",
    name: "Qwen2.5 0.5B Instruct",
    millionParameters: 494,
    sizeBytes: 988_097_824,
    licence: "apache-2.0",
    purpose: "multilingual",
  },
  {
    id: "Qwen/Qwen3-0.6B",
    revision: "c1899de289a04d12100db370d81485cdf75e47ca",
    name: "Qwen3 0.6B",
    millionParameters: 596,
    sizeBytes: 1_503_300_328,
    licence: "apache-2.0",
    purpose: "reasoning",
  },
  {
    id: "HuggingFaceTB/SmolLM2-1.7B-Instruct",
    revision: "31b70e2e869a7173562077fd711b654946d38674",
    name: "SmolLM2 1.7B Instruct",
    millionParameters: 1711,
    sizeBytes: 3_422_777_952,
    licence: "apache-2.0",
    purpose: "better",
  },
  {
    id: "openai-community/gpt2",
    revision: "607a30d783dfa663caf39e06633721c8d4cfcd7e",
    name: "GPT-2",
    millionParameters: 124,
    sizeBytes: 548_105_171,
    licence: "mit",
    purpose: "base",
  },
];
