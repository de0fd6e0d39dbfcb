import { type KeyboardEvent, memo, useId, useLayoutEffect, useRef } from "react";
import type { WeightScale } from "../../shared/attentionMap";
import type { RolledUp, TextUnit } from "../../store/rollUp";
import { useAppStore } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { type Palette, scaled } from "./colorScale";
import { showToken } from "./headWords";
import { usePalette } from "./usePalette";

interface TintChoice {
  readonly scale: WeightScale;
  readonly dimsFirst: boolean;
}

interface TokenStripProps extends TintChoice {
  readonly units: readonly TextUnit[];
  readonly rolled: RolledUp;
}

/** Weights below this leave a token as it is. */
const LEAST = 0.005;
const DIMMED = 0.25;
const UNTINTED = { background: "", text: "" };

/** Every token (or word, or sentence); hovering or moving to one shows where it looks and who looks at it. */
export function TokenStrip({ units, rolled, scale, dimsFirst }: TokenStripProps) {
  const { attention: words } = useStrings();
  const store = useAppStore();
  const id = useId();
  const palette = usePalette();
  const strip = useRef<HTMLDivElement>(null);
  const hovered = useRef<number | null>(null);

  // Colours are put on the tokens directly: thousands of them stay out of React.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new tokens have to be coloured too
  useLayoutEffect(() => {
    if (strip.current !== null) tint(strip.current, rolled, { palette, scale, dimsFirst });
  }, [rolled, units, palette, scale, dimsFirst]);

  // A unit stands where its last token does: that one has seen all of it.
  const positionOf = (unit: number): number => {
    const { start, count } = units[unit] as TextUnit;
    return start + count - 1;
  };
  const preview = (unit: number | null): void => {
    if (hovered.current === unit) return;
    hovered.current = unit;
    store.getState().preview(unit === null ? null : positionOf(unit), null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rolled.selected;
    const moves: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: units.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      preview(Math.min(units.length - 1, Math.max(0, to)));
    } else if (event.key === "Enter") {
      event.preventDefault();
      store.getState().pinPosition(positionOf(at));
    }
  };
  return (
    <div
      ref={strip}
      className="token-strip"
      role="listbox"
      aria-label={words.tokens}
      aria-activedescendant={`${id}${rolled.selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => preview(null)}
      onPointerMove={(event) => preview(unitUnder(event.target))}
      onPointerLeave={() => preview(null)}
      onClick={(event) => {
        const unit = unitUnder(event.target);
        if (unit !== null) store.getState().pinPosition(positionOf(unit));
      }}
    >
      <Units id={id} units={units} />
    </div>
  );
}

function unitUnder(target: EventTarget): number | null {
  const text = target instanceof HTMLElement ? target.dataset.unit : undefined;
  return text === undefined ? null : Number(text);
}

const Units = memo(function Units({ id, units }: { id: string; units: readonly TextUnit[] }) {
  return units.map(({ text, start }, index) => (
    // biome-ignore lint/a11y/useFocusableInteractive: the strip has the focus and names the active one
    <span key={start} id={`${id}${index}`} role="option" aria-selected="false" data-unit={index}>
      {showToken(text)}
    </span>
  ));
});

interface Tint extends TintChoice {
  readonly palette: Palette;
}

/** Writes only what has become different: most tokens of a long text stay as they are. */
function tint(strip: HTMLElement, rolled: RolledUp, { palette, scale, dimsFirst }: Tint): void {
  const { selected, looksAt, lookedAtBy } = rolled;
  for (const [unit, token] of [...strip.children].entries()) {
    if (!(token instanceof HTMLElement)) continue;
    const weight = (unit <= selected ? looksAt[unit] : lookedAtBy[unit - selected]) ?? 0;
    const share = scaled(weight, scale) * (dimsFirst && unit === 0 ? DIMMED : 1);
    const { background, text } = weight >= LEAST ? palette.color(share) : UNTINTED;
    if (token.dataset.tint !== background) {
      token.dataset.tint = background;
      token.style.background = background;
      token.style.color = text;
    }
    const title = Number.isNaN(weight) ? "" : `${(weight * 100).toFixed(1)} %`;
    if (token.title !== title) token.title = title;
    const isSelected = String(unit === selected);
    if (token.ariaSelected !== isSelected) token.ariaSelected = isSelected;
  }
}
