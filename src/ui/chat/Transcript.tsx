import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import type { Turn } from "../../store/conversation";
import { isCompletion, isUnanswered } from "../../store/conversationWords";
import type { ReadingPlace } from "../../store/draftSlice";
import { useApp, useAppStore } from "../appContext";
import { Icon } from "../Icon";
import { useStrings } from "../strings/useStrings";
import { TurnView } from "../turn/TurnView";
import { useSought } from "./useSought";
import { useStickToBottom } from "./useStickToBottom";

/** The last turns are always there; those before exist only near the view. */
const TAIL = 24;
/** Room between turns, as `--turn-gap` in chat.css. */
const GAP_PX = 28;

/** The chat on the page, from its first turn to its last. One instance for each chat and each search, so that each has its place. */
export function Transcript({ chatId }: { chatId: string }) {
  const strings = useStrings().turn;
  const turns = useApp((state) => state.turns);
  const isBase = useApp((state) => state.model !== null && !state.model.report.hasChatTemplate);
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const keepPlace = useApp((state) => state.keepPlace);
  const { isAtBottom, scrollToBottom } = useStickToBottom({
    scroller,
    content,
    streamingId: useApp((state) => (state.streaming?.chatId === chatId ? state.streaming.turnId : null)),
    turnIds: turns.map((turn) => turn.id),
    start: useAppStore().getState().places[chatId] ?? null,
    onPlace: useCallback((place: ReadingPlace | null) => keepPlace(chatId, place), [chatId, keepPlace]),
  });
  useSought(scroller, chatId);
  // The button would lie over what ends the edit.
  const isEditing = useApp((state) =>
    Object.keys(state.edits).some((id) => state.turns.some((turn) => turn.id === id)),
  );
  const [isMounted, setMounted] = useState(false);
  useLayoutEffect(() => setMounted(true), []);
  // An even number, so that a question and its answer move together.
  const before = Math.max(0, (turns.length - TAIL) & ~1);
  const view = (turn: Turn, index: number) => (
    <TurnView
      key={turn.id}
      turn={turn}
      isNewest={index === turns.length - 1}
      isUnanswered={isUnanswered(turns, index)}
      isPlain={isCompletion(turns, index, isBase)}
    />
  );
  return (
    <div className="transcript">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section ref={scroller} className="chat-scroll" tabIndex={0} aria-label={strings.conversation}>
        <div ref={content} className="turns">
          {isMounted && before > 0 && <EarlierTurns turns={turns.slice(0, before)} scroller={scroller} view={view} />}
          {turns.slice(before).map((turn, index) => view(turn, before + index))}
        </div>
      </section>
      {!isAtBottom && !isEditing && (
        <button type="button" className="button to-bottom" onClick={scrollToBottom}>
          <Icon name="down" />
          {strings.jump}
        </button>
      )}
    </div>
  );
}

interface EarlierTurnsProps {
  readonly turns: readonly Turn[];
  /** Holds its element already: the virtualizer scrolls to where it believes to be, which without one is the top. */
  readonly scroller: RefObject<HTMLElement | null>;
  readonly view: (turn: Turn, index: number) => React.ReactNode;
}

/** A guess until it was seen: lines of 80 letters. */
function estimatePx({ text }: Turn): number {
  return 64 + 26 * Math.ceil(text.length / 80);
}

function EarlierTurns({ turns, scroller, view }: EarlierTurnsProps) {
  const virtualizer = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    initialOffset: () => scroller.current?.scrollTop ?? 0,
    estimateSize: (index) => {
      const turn = turns[index];
      return turn === undefined ? 64 : estimatePx(turn);
    },
    getItemKey: (index) => turns[index]?.id ?? index,
    gap: GAP_PX,
    overscan: 4,
  });
  return (
    <div className="turns-earlier" style={{ blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => {
        const turn = turns[index];
        return (
          turn !== undefined && (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start}px)` }}
            >
              {view(turn, index)}
            </div>
          )
        );
      })}
    </div>
  );
}
