import { memo, useEffect, useRef } from "react";

/**
 * A formula by KaTeX, which comes when the first one is there. It builds elements instead of HTML text, so that the
 * page needs no inline styles in its content policy; until then, and when it makes no sense, the source is shown.
 */
export const Formula = memo(function Formula({ tex, isDisplay }: { tex: string; isDisplay: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let isHere = true;
    void import("./katex").then(({ renderFormula }) => {
      if (isHere && place.current !== null) renderFormula(tex, place.current, isDisplay);
    });
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
