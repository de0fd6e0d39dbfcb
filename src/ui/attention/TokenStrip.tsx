import { type KeyboardEvent, memo, useId, useLayoutEffect, useRef } from "react";
import type { TokenText } from "../../shared/nextToken";
import type { HeadView } from "../../store/headView";
import { useApp, useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { type Palette, scaled, type WeightScale } from "./colorScale";
import { showToken } from "./headWords";
import { usePalette } from "./usePalette";

interface TokenStripProps {
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
}

/** Weights below this leave a token as it is. */
const LEAST = 0.005;
const DIMMED = 0.25;

/** Every token of the text; hovering or moving to one shows where it looks and who looks at it. */
export function TokenStrip({ scale, dimsFirst }: TokenStripProps) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const id = useId();
  const palette = usePalette();
  const strip = useRef<HTMLDivElement>(null);
  const hovered = useRef<number | null>(null);
  const view = useApp((state) => state.attention.view);
  const texts = useApp((state) => state.attention.texts);

  // Colours are put on the tokens directly: thousands of them stay out of React.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new tokens have to be coloured too
  useLayoutEffect(() => {
    if (strip.current !== null && view !== null) tint(strip.current, view, { palette, scale, dimsFirst });
  }, [view, texts, palette, scale, dimsFirst]);

  const preview = (position: number | null): void => {
    if (hovered.current === position) return;
    hovered.current = position;
    store.getState().preview(position, null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = view?.position ?? 0;
    const moves: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: texts.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      preview(Math.min(texts.length - 1, Math.max(0, to)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      store.getState().pinPosition(at);
    }
  };
  return (
    <div
      ref={strip}
      className="token-strip"
      role="listbox"
      aria-label={words.tokens}
      aria-activedescendant={view === null ? undefined : `${id}${view.position}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => preview(null)}
      onPointerMove={(event) => preview(positionUnder(event.target))}
      onPointerLeave={() => preview(null)}
      onClick={(event) => {
        const position = positionUnder(event.target);
        if (position !== null) store.getState().pinPosition(position);
      }}
    >
      <Tokens id={id} texts={texts} />
    </div>
  );
}

function positionUnder(target: EventTarget): number | null {
  const text = target instanceof HTMLElement ? target.dataset.position : undefined;
  return text === undefined ? null : Number(text);
}

const Tokens = memo(function Tokens({ id, texts }: { id: string; texts: readonly TokenText[] }) {
  return texts.map((token, position) => (
    // biome-ignore lint/a11y/useFocusableInteractive: the strip has the focus and names the active one
    // biome-ignore lint/suspicious/noArrayIndexKey: places are what tokens are here
    <span key={position} id={`${id}${position}`} role="option" aria-selected="false" data-position={position}>
      {showToken(token.text)}
    </span>
  ));
});

interface Tint extends TokenStripProps {
  readonly palette: Palette;
}

function tint(strip: HTMLElement, view: HeadView, { palette, scale, dimsFirst }: Tint): void {
  for (const [position, token] of [...strip.children].entries()) {
    if (!(token instanceof HTMLElement)) continue;
    const isBefore = position <= view.position;
    const weight = (isBefore ? view.looksAt[position] : view.lookedAtBy[position - view.position]) ?? 0;
    const isTinted = weight >= LEAST;
    const share = scaled(weight, scale) * (dimsFirst && position === 0 ? DIMMED : 1);
    const { background, text } = palette.color(share);
    token.style.background = isTinted ? background : "";
    token.style.color = isTinted ? text : "";
    token.title = Number.isNaN(weight) ? "" : `${(weight * 100).toFixed(1)} %`;
    token.setAttribute("aria-selected", String(position === view.position));
  }
}
