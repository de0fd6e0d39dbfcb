import { render } from "katex";
import "katex/dist/katex.min.css";

/**
 * A formula that makes no sense leaves the place as it is, with its source; KaTeX's own mark for errors would need an
 * inline style. `trust: false` refuses \href, \includegraphics and HTML; the bounds keep a
 * formula from growing without end.
 */
export function renderFormula(tex: string, place: HTMLElement, isDisplay: boolean): void {
  const whole = document.createElement("span");
  const options = {
    displayMode: isDisplay,
    throwOnError: true,
    trust: false,
    strict: "ignore",
    maxSize: 20,
    maxExpand: 200,
  } as const;
  try {
    render(tex, whole, options);
  } catch {
    return;
  }
  place.replaceChildren(...whole.childNodes);
}
