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
 * @returns the text of the message with what it names in its places; null for a message that is not among them. What it
 * names may be such a message itself: a reason, or what to do.
 */
export function translateMessage(texts: Readonly<Record<string, string>>, message: string): string | null {
  // What has no places is found at once.
  const whole = texts[message];
  if (whole !== undefined) return whole;
  for (const [known, text] of Object.entries(texts)) {
    const found = patternOf(known).exec(message);
    if (found !== null) {
      return text.replace(PLACE, (_, place: string) => {
        const named = found[Number(place) + 1] ?? "";
        return translateMessage(texts, named) ?? named;
      });
    }
  }
  return null;
}
