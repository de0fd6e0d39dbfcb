import { describe, expect, it } from "vitest";
import { markFormulas } from "./markFormulas";
import { splitBlocks } from "./splitBlocks";

/** As the page does it. */
const marked = (text: string): string => splitBlocks(text).map(markFormulas).join("\n");

describe("markFormulas", () => {
  it.each([
    ["Let $x_1$ be", "Let $$x_1$$ be"],
    ["so \\(a + b\\) is", "so $$a + b$$ is"],
    ["so\n\\[ a \\]\nis", "so\n\n$$\na\n$$\n\nis"],
    ["$$a = b$$", "\n$$\na = b\n$$\n"],
    ["1. area: \\[ a \\]", "1. area: \n   $$\n   a\n   $$\n   "],
    [
      "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
      "\n$$\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}\n$$\n",
    ],
  ])("gives the parser one way for %j", (text, expected) => {
    expect(markFormulas(text)).toBe(expected);
  });

  it.each([
    "It costs $5 and then $10, or US$20–$30.",
    "$$\n\\begin{align}\na \\\\[2pt]\nb \\]\n\\end{align}\n$$",
    "an escaped \\$x$ stays",
    "`$a$` and ``\\(b\\)``",
    "```sh\nPATH=$HOME/bin:$PATH\n\necho $A:$B\n```",
    "1. Set it:\n\n    ```sh\n    PATH=$HOME/bin:$PATH\n\n    echo $A:$B\n    ```",
    "- ~~~sh\n  PATH=$HOME/bin:$PATH\n  ~~~",
    "> ```\n> $A:$B\n> ```",
    "Then:\n\n    PATH=$HOME/bin:$PATH",
    "~~~\n```\n$a:$b\n~~~",
    "[^1]: note\n\n- item\n\nThen:\n\n    $A:$B",
  ])("leaves %j as it is", (text) => {
    expect(marked(text)).toBe(text);
  });

  it("looks at what follows code", () => {
    expect(marked("```py\na = 1\n\nb = '$x$'\n```\nwith $y$.")).toBe("```py\na = 1\n\nb = '$x$'\n```\nwith $$y$$.");
    expect(marked("1. Run:\n\n   ```\n   $A:$B\n\n   ls\n   ```\n\n   for $n$ times")).toContain("for $$n$$ times");
    expect(marked("```x``` is $a$")).toBe("```x``` is $$a$$");
  });
});

describe("splitBlocks", () => {
  it("keeps formulas whole, whatever begins them", () => {
    const text = "a\n\n\\begin{align*}\nx\n\n\\end{align*}\n\nb\n\n$$\ny\n\n$$\n\nc";
    expect(splitBlocks(text)).toHaveLength(5);
    expect(splitBlocks(text).join("\n")).toBe(text);
  });
});
