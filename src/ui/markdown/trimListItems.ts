/** Of a tree of HTML, what is needed here. */
interface Node {
  readonly type: string;
  readonly tagName?: string;
  readonly value?: string;
  children?: Node[];
}

const BLOCKS: ReadonlySet<string> = new Set(["p", "ul", "ol", "pre", "blockquote", "table", "div", "hr", "h1", "h2"]);

function isBlock(node: Node | undefined): boolean {
  return node === undefined || BLOCKS.has(node.tagName ?? "");
}

/**
 * A rehype plugin. Line breaks of a list item are shown, as they are in a paragraph; those that only stand between its
 * blocks are of the source, not of the text.
 */
export function trimListItems(): (tree: Node) => void {
  return function trim(node) {
    const { children } = node;
    if (children === undefined) return;
    if (node.tagName === "li") {
      node.children = children.filter(
        ({ type, value }, index) =>
          type !== "text" || value?.trim() !== "" || !(isBlock(children[index - 1]) || isBlock(children[index + 1])),
      );
    }
    for (const child of children) trim(child);
  };
}
