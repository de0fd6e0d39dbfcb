import { useRef } from "react";
import { useApp } from "../appContext";
import { Icon } from "../Icon";
import { TurnView } from "./TurnView";
import { useStickToBottom } from "./useStickToBottom";

export function Transcript() {
  const turns = useApp((state) => state.turns);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isAtBottom, scrollToBottom } = useStickToBottom(scroller, content, turns.length);
  return (
    <div className="transcript">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={scroller} className="chat-scroll" tabIndex={0} aria-label="Conversation">
        <div ref={content} className="turns">
          {turns.map((turn, index) => (
            <TurnView key={turn.id} turn={turn} isNewest={index === turns.length - 1} />
          ))}
        </div>
      </section>
      {!isAtBottom && (
        <button type="button" className="button to-bottom" onClick={scrollToBottom}>
          <Icon name="down" />
          Newest
        </button>
      )}
    </div>
  );
}
