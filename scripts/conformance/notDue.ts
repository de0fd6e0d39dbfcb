/**
 * What the runtime does not do yet. `npm run conformance -- --due DIR` leaves these out; without `--due` they run and
 * fail with their reason. Later work shortens this list.
 */
const NOT_DUE: readonly { readonly golden: RegExp; readonly case?: RegExp; readonly why: string }[] = [
  {
    golden: /\/(bloom|cohere2|falcon|gemma2|gemma3|mixtral|mpt|olmoe|opt|phi|phi3|stablelm)\.json$/,
    why: "architecture",
  },
  { golden: /\/(bert|nomic-bert|t5|gpt-oss|llama-moe|olmo2|phi2|phi3-longrope)\.json$/, why: "architecture" },
];

/** Whether the whole golden (no case given) or one of its cases is due. */
export function isDue(golden: string, caseName?: string): boolean {
  return !NOT_DUE.some(
    (item) =>
      item.golden.test(golden) && (item.case === undefined || (caseName !== undefined && item.case.test(caseName))),
  );
}
