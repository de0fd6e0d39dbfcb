import { Children, isValidElement, memo, type ReactNode, useEffect, useState } from "react";
import { CopyButton } from "../CopyButton";
import { useStrings } from "../strings/useStrings";
import { Formula } from "./Formula";

interface CodeProps {
  readonly className?: string | undefined;
  readonly children?: ReactNode;
}

/** The parser marks formulas as code of the language "math". */
export function InlineCode({ className, children }: CodeProps) {
  if (className?.includes("math-inline")) return <Formula tex={String(children)} isDisplay={false} />;
  return <code>{children}</code>;
}

export function CodeBlock({ children }: { children: ReactNode }) {
  const code = Children.toArray(children)[0];
  if (!isValidElement<CodeProps>(code)) return <pre>{children}</pre>;
  const text = String(code.props.children ?? "").replace(/\n$/, "");
  const className = code.props.className ?? "";
  if (className.includes("math-display")) return <Formula tex={text} isDisplay={true} />;
  return <Code text={text} language={/language-(\S+)/.exec(className)?.[1] ?? ""} />;
}

const Code = memo(function Code({ text, language }: { text: string; language: string }) {
  const strings = useStrings();
  return (
    <figure className="code">
      <figcaption>
        <span>{language}</span>
        <CopyButton label={strings.turn.copyCode} text={text} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre dir="ltr" tabIndex={0}>
        <Highlighted text={text} language={language} />
      </pre>
    </figure>
  );
});

type Highlight = (text: string, language: string) => ReactNode;

const asItIs: Highlight = (text) => text;

/** Plain until the highlighter has come, which the first code block sends for. */
function Highlighted({ text, language }: { text: string; language: string }) {
  const [highlight, setHighlight] = useState<Highlight | null>(null);
  useEffect(() => {
    if (language === "") return;
    let isHere = true;
    const take = (come: Highlight): void => {
      if (isHere) setHighlight(() => come);
    };
    void import("./highlight").then(
      ({ highlight }) => take(highlight),
      () => take(asItIs),
    );
    return () => {
      isHere = false;
    };
  }, [language]);
  const isLoading = highlight === null && language !== "";
  return (
    <code data-loading={isLoading || undefined}>
      {highlight === null || language === "" ? text : highlight(text, language)}
    </code>
  );
}
