import { useEffect, useState } from "react";
import { IconButton } from "./IconButton";
import { useStrings } from "./strings/useStrings";

/** Copies text as it is, and says so for a moment. */
export function CopyButton({ label, text }: { label: string; text: string }) {
  const { turn } = useStrings();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <IconButton icon={isCopied ? "check" : "copy"} label={label} hint={isCopied ? turn.copied : label} onClick={copy} />
  );
}
