import { type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useRef, useState } from "react";
import type { TokenText } from "../../shared/nextToken";
import { formatProbability } from "../../shared/units";
import { answerIdsOf, lookedAtToken } from "../../store/nextTokenSlice";
import { pinnedToken } from "../../store/selectionSlice";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { likelihood } from "./likelihood";
import { TokenLabel } from "./TokenLabel";
import { tokenWords } from "./tokenWords";

/** Tokens that are rendered together: a token that is pointed at renders two of these, not the whole answer. */
const CHUNK = 64;
const NO_TEXTS: readonly TokenText[] = [];
const NO_PROBABILITIES: readonly (number | null)[] = [];

/** All tokens of an answer, to be pointed at, walked through with the arrows, and pinned. */
export function TokenStrip({ turnId }: { turnId: string }) {
  const { nextToken: words } = useStrings();
  const id = useId();
  const store = useAppStore();
  const [showsIds, setShowsIds] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const texts = useApp((state) => state.tokenTexts.get(turnId) ?? NO_TEXTS);
  const probabilities = useApp((state) => probabilitiesOf(state, turnId));
  const count = useApp((state) => answerIdsOf(state, turnId).length);
  const model = useApp((state) => state.model);
  const isReading = useApp((state) => state.layout.isReading);
  const changeLayout = useApp((state) => state.changeLayout);
  const load = useApp((state) => state.loadTokenTexts);
  const lookedAt = useApp((state) => indexIn(turnId, lookedAtToken(state)));
  const pinned = useApp((state) => indexIn(turnId, pinnedToken(state)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer answer, or another model, is when
  useEffect(() => void load(turnId), [load, turnId, count, model]);
  useEffect(() => {
    const token = list.current?.querySelector<HTMLElement>(`[data-index="${lookedAt}"]`);
    if (token && list.current && !list.current.matches(":hover")) scrollInto(list.current, token);
  }, [lookedAt]);

  const { hoverToken, pinToken } = store.getState();
  const indexOf = (target: EventTarget): number | null => {
    const token = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
    return token === null ? null : Number(token.dataset.index);
  };
  const point = (event: MouseEvent): void => {
    const index = indexOf(event.target);
    if (index !== null) hoverToken({ turnId, index });
  };
  const click = (event: MouseEvent): void => {
    const index = indexOf(event.target);
    if (index !== null) pinToken({ turnId, index });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = texts.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: Math.max(0, lookedAt - 1),
      ArrowRight: Math.min(last, lookedAt + 1),
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next !== undefined) hoverToken({ turnId, index: next });
    else if (event.key === "Enter" || event.key === " ") pinToken({ turnId, index: lookedAt });
    else return;
    event.preventDefault();
  };
  const chunks = Array.from({ length: Math.ceil(texts.length / CHUNK) }, (_, chunk) => chunk * CHUNK);
  return (
    <div className="answer-tokens">
      <div className="answer-tokens-head">
        <h2 id={`${id}name`} className="subtitle">
          {words.tokens}
        </h2>
        <label className="check">
          <input
            type="checkbox"
            checked={!isReading}
            onChange={(event) => changeLayout({ isReading: !event.target.checked })}
          />
          {words.underlines}
        </label>
        <label className="check">
          <input type="checkbox" checked={showsIds} onChange={(event) => setShowsIds(event.target.checked)} />
          {words.ids}
        </label>
      </div>
      {/* biome-ignore lint/a11y/useKeyWithMouseEvents: focus shows what is selected, the arrows move it */}
      <div
        ref={list}
        role="listbox"
        tabIndex={0}
        className="token-list"
        aria-labelledby={`${id}name`}
        aria-describedby={`${id}hint`}
        aria-activedescendant={lookedAt >= 0 ? `${id}${lookedAt}` : undefined}
        data-ids={showsIds}
        onMouseOver={point}
        onMouseLeave={() => hoverToken(null)}
        onBlur={() => hoverToken(null)}
        onClick={click}
        onKeyDown={onKeyDown}
      >
        {chunks.map((start) => (
          <Chunk
            key={start}
            id={id}
            start={start}
            texts={texts}
            end={Math.min(texts.length, start + CHUNK)}
            probabilities={probabilities}
            showsIds={showsIds}
            lookedAt={inChunk(lookedAt, start)}
            pinned={inChunk(pinned, start)}
          />
        ))}
      </div>
      <p id={`${id}hint`} className="hint">
        {words.tokensHint}
      </p>
    </div>
  );
}

function probabilitiesOf(
  { streaming, chat }: ReturnType<ReturnType<typeof useAppStore>["getState"]>,
  turnId: string,
): readonly (number | null)[] {
  if (streaming?.turnId === turnId && streaming.ids.length > 0) return streaming.probabilities;
  return chat.turns.find((turn) => turn.id === turnId)?.answer?.probabilities ?? NO_PROBABILITIES;
}

function indexIn(turnId: string, place: { turnId: string; index: number } | null): number {
  return place?.turnId === turnId ? place.index : -1;
}

function inChunk(index: number, start: number): number {
  return index >= start && index < start + CHUNK ? index : -1;
}

/** Within the list only: the panel around it stays where the reader has it. */
function scrollInto(list: HTMLElement, token: HTMLElement): void {
  const top = token.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  const bottom = top + token.offsetHeight - list.clientHeight;
  if (bottom > list.scrollTop) list.scrollTop = bottom;
}

interface ChunkProps {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly texts: readonly TokenText[];
  readonly probabilities: readonly (number | null)[];
  readonly showsIds: boolean;
  readonly lookedAt: number;
  readonly pinned: number;
}

const Chunk = memo(
  function Chunk({ id, start, end, texts, probabilities, showsIds, lookedAt, pinned }: ChunkProps) {
    const { nextToken: words } = useStrings();
    return texts.slice(start, end).map((token, offset) => {
      const index = start + offset;
      const probability = probabilities[index] ?? null;
      return (
        // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the active one
        <span
          key={index}
          id={`${id}${index}`}
          role="option"
          className="token-option"
          aria-selected={index === pinned}
          aria-label={words.describe(tokenWords(token), token.id, formatProbability(probability))}
          title={words.describe(tokenWords(token), token.id, formatProbability(probability))}
          data-index={index}
          data-active={index === lookedAt || undefined}
          data-likelihood={likelihood(probability) ?? undefined}
        >
          <TokenLabel token={token} />
          {showsIds && <small>{token.id}</small>}
          {/\n/.test(token.text) && <br />}
        </span>
      );
    });
  },
  (before, after) =>
    before.showsIds === after.showsIds &&
    before.lookedAt === after.lookedAt &&
    before.pinned === after.pinned &&
    before.end === after.end &&
    before.texts[before.end - 1] === after.texts[after.end - 1] &&
    before.texts[before.start] === after.texts[after.start] &&
    before.probabilities[before.end - 1] === after.probabilities[after.end - 1],
);
