import { memo, useLayoutEffect, useRef } from "react";

/**
 * A formula by KaTeX, which comes when the first one is there. It builds elements instead of HTML text, so that the
 * page needs no inline styles in its content policy; until then, and when it makes no sense, the source is shown.
 */
export const Formula = memo(function Formula({ tex, isDisplay }: { tex: string; isDisplay: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isHere = true;
    element.dataset.loading = "";
    const done = (): void => {
      if (isHere) delete element.dataset.loading;
    };
    void import("./katex")
      .then(({ renderFormula }) => {
        if (isHere) renderFormula(tex, element, isDisplay);
      })
      .then(done, done);
    return () => {
      isHere = false;
    };
  }, [tex, isDisplay]);
  return (
    <span ref={place} className="formula-tex" data-display={isDisplay} dir="ltr">
      {tex}
    </span>
  );
});
