import { render } from "katex";
import "katex/dist/katex.min.css";

/** `trust: false` refuses \href, \includegraphics and HTML; the bounds keep a formula from growing without end. */
export function renderFormula(tex: string, place: HTMLElement, isDisplay: boolean): void {
  render(tex, place, {
    displayMode: isDisplay,
    throwOnError: false,
    errorColor: "currentcolor",
    trust: false,
    strict: "ignore",
    maxSize: 20,
    maxExpand: 200,
  });
}
