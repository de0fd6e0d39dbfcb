/**
 * Text of a model as a page would show it, and nothing that a page could do: HTML stays text, images are not
 * fetched, links wait for a click and say where they lead. Loaded when the first answer is there.
 */
import { memo, useMemo } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { CodeBlock, InlineCode } from "./CodeBlock";
import { ImageText, SafeLink } from "./links";
import { markFormulas } from "./markFormulas";
import { splitBlocks } from "./splitBlocks";
import { trimListItems } from "./trimListItems";

const PLUGINS: Options["remarkPlugins"] = [
  // A single tilde says "about".
  [remarkGfm, { singleTilde: false }],
  [remarkMath, { singleDollarTextMath: false }],
];
const HTML_PLUGINS: Options["rehypePlugins"] = [trimListItems];

const COMPONENTS: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ alt, src }) => <ImageText alt={alt ?? ""} src={typeof src === "string" ? src : ""} />,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  code: ({ className, children }) => <InlineCode className={className}>{children}</InlineCode>,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="prose-table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  // The page's own title is the one of the first rank.
  h1: ({ children }) => <h2 data-rank="1">{children}</h2>,
  h2: ({ children }) => <h2 data-rank="2">{children}</h2>,
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} rehypePlugins={HTML_PLUGINS} components={COMPONENTS} urlTransform={keep}>
      {markFormulas(text)}
    </ReactMarkdown>
  );
});

/** Addresses are judged where they are shown. */
function keep(url: string): string {
  return url;
}

export default function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks are only ever added at the end
        <Block key={index} text={block} />
      ))}
    </div>
  );
}
