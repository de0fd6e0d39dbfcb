import { useStrings } from "./useStrings";

/** What the runtime says, in the page's language where that is known. */
export function useRuntimeWords(): (text: string) => string {
  const { runtimeText } = useStrings();
  return (text) => runtimeText(text) ?? text;
}
