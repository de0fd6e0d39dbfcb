import { type FormEvent, useEffect, useId, useState } from "react";
import type { TokenText } from "../../shared/nextToken";
import { formatTokens } from "../../shared/units";
import type { TokenPlace } from "../../store/selectionSlice";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { TokenLabel } from "./TokenLabel";

/** Any text in place of the token: the answer branches there and goes on after it. */
export function ForceToken({ place }: { place: TokenPlace }) {
  const { nextToken: words } = useStrings();
  const id = useId();
  const [text, setText] = useState("");
  const [tokens, setTokens] = useState<readonly TokenText[]>([]);
  const readTokens = useApp((state) => state.readTokens);
  const branch = useApp((state) => state.branchAnswer);

  useEffect(() => {
    let isCurrent = true;
    void readTokens(text).then((read) => {
      if (isCurrent) setTokens(read);
    });
    return () => {
      isCurrent = false;
    };
  }, [text, readTokens]);

  const force = (event: FormEvent): void => {
    event.preventDefault();
    if (tokens.length === 0) return;
    const forced = tokens.map((token) => ({ id: token.id, probability: null }));
    setText("");
    void branch(place.turnId, place.index, forced);
  };
  return (
    <details className="next-token-more">
      <summary>
        <Icon name="chevron" />
        {words.force}
      </summary>
      <form className="force" onSubmit={force}>
        <label htmlFor={id}>{words.forceText}</label>
        <div className="force-row">
          <input
            id={id}
            type="text"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}hint`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button" disabled={tokens.length === 0 || place.index < 0}>
            {words.forceButton}
          </button>
        </div>
        <p id={`${id}hint`} className="hint">
          {words.forceHint}
        </p>
        {tokens.length > 0 && (
          <p className="force-tokens">
            <span className="muted">{words.forceTokens(formatTokens(tokens.length))}</span>
            {tokens.map((token, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same token can stand twice
              <code key={index} className="token" title={String(token.id)}>
                <TokenLabel token={token} />
              </code>
            ))}
          </p>
        )}
      </form>
    </details>
  );
}
