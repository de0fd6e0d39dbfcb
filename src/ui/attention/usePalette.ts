import { useMemo } from "react";
import { useMediaQuery } from "../useMediaQuery";
import { createPalette, type Palette } from "./colorScale";

/** The colours of weights on the page as it is now, light or dark. @param create from the page's colour; always the same */
export function usePalette(create: (background: string) => Palette = createPalette): Palette {
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's colour follows the scheme
  return useMemo(() => create(getComputedStyle(document.documentElement).getPropertyValue("--background")), [isDark]);
}
