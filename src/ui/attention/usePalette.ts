import { useMemo } from "react";
import { useMediaQuery } from "../useMediaQuery";
import { createPalette, type Palette } from "./colorScale";

/** The colours of weights on the page as it is now, light or dark. */
export function usePalette(): Palette {
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's colour follows the scheme
  return useMemo(
    () => createPalette(getComputedStyle(document.documentElement).getPropertyValue("--background")),
    [isDark],
  );
}
