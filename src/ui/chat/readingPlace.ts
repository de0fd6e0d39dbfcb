/** Where someone reads in a long conversation, by the turn at the upper edge: heights change, turns do not. */
import type { ReadingPlace } from "../../store/draftSlice";

function turnsIn(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>("[data-turn]")];
}

export function placeIn(scroller: HTMLElement): ReadingPlace | null {
  const { top } = scroller.getBoundingClientRect();
  const turn = turnsIn(scroller).find((element) => element.getBoundingClientRect().bottom > top);
  const turnId = turn?.dataset.turn;
  if (turn === undefined || turnId === undefined) return null;
  return { turnId, offsetPx: Math.round(turn.getBoundingClientRect().top - top) };
}

/** Frames that a place may take to be found: turns far away get their height only when they come near. */
export const MAX_FRAMES = 40;

/**
 * Scrolls to a place, over some frames. `ids` are those of all turns, in order; those far away are not on the page.
 * Returns what gives up.
 */
export function goToPlace(scroller: HTMLElement, ids: readonly string[], place: ReadingPlace): () => void {
  const target = ids.indexOf(place.turnId);
  let frame = 0;
  let left = target < 0 ? 0 : MAX_FRAMES;
  const step = (): void => {
    if (left-- <= 0) return;
    const distance = distanceTo(scroller, ids, target, place.offsetPx);
    scroller.scrollTop += distance;
    frame = requestAnimationFrame(step);
  };
  step();
  return () => cancelAnimationFrame(frame);
}

function distanceTo(scroller: HTMLElement, ids: readonly string[], target: number, offsetPx: number): number {
  const { top } = scroller.getBoundingClientRect();
  const shown = turnsIn(scroller);
  const found = shown.find((element) => element.dataset.turn === ids[target]);
  if (found !== undefined) return found.getBoundingClientRect().top - top - offsetPx;
  // By the mean height of a turn from the nearest one that is on the page.
  const at = ids.indexOf(placeIn(scroller)?.turnId ?? "");
  return ((target - Math.max(0, at)) * scroller.scrollHeight) / ids.length;
}
