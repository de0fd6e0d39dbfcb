import type { ReactNode } from "react";
import { useStrings } from "../strings/useStrings";

/** Null for what is no address out there: scripts, data, and paths of this page. */
function outside(href: string | undefined): URL | null {
  try {
    const url = new URL(href ?? "");
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link with its destination in sight, whatever its words say. */
export function SafeLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  const url = outside(href);
  if (url === null) return <span>{children}</span>;
  const target = url.protocol === "mailto:" ? url.pathname : url.host;
  const isSaid = typeof children === "string" && children.includes(target);
  return (
    <>
      <a href={url.href} title={url.href} target="_blank" rel="noopener noreferrer" dir="auto">
        {children}
      </a>
      {!isSaid && <span className="link-target"> ({target})</span>}
    </>
  );
}

export function ImageText({ alt, src }: { alt: string; src: string }) {
  const words = useStrings().turn.image(alt);
  return (
    <span className="image-text">
      [<SafeLink href={src}>{words}</SafeLink>]
    </span>
  );
}
