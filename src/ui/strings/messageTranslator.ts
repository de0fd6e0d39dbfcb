const PLACE = /\{(\d)\}/g;

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The places {0}, {1} … of a text, as a pattern that finds what stands there. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\{\d\}/).map(literal);
  return new RegExp(`^${parts.join("([\\s\\S]+?)")}$`);
}

/**
 * @param texts by the message with {0}, {1} … for what it names, in this order
 * @returns gives the text of a message with what it names in its places; null for a message that is not among them. What
 * it names may be such a message itself: a reason, or what to do.
 */
export function messageTranslator(texts: Readonly<Record<string, string>>): (message: string) => string | null {
  const patterns = Object.entries(texts).map(([known, text]) => [patternOf(known), text] as const);
  const translate = (message: string): string | null => {
    // What has no places is found at once.
    const whole = texts[message];
    if (whole !== undefined) return whole;
    for (const [pattern, text] of patterns) {
      const found = pattern.exec(message);
      if (found === null) continue;
      return text.replace(PLACE, (_, place: string) => {
        const named = found[Number(place) + 1] ?? "";
        return translate(named) ?? named;
      });
    }
    return null;
  };
  return translate;
}
