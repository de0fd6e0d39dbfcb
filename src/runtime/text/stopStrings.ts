/** Ends a generation at the first of several strings, which is never shown, also when it spans tokens. */
export interface StopResult {
  /** What may be shown now. */
  readonly text: string;
  /** The stop string that was met; nothing after it is shown. */
  readonly stoppedBy: string | null;
}

export class StopStrings {
  private readonly stops: readonly string[];
  private held = "";
  private stoppedBy: string | null = null;

  /** Empty strings are ignored. */
  constructor(stops: readonly string[]) {
    this.stops = stops.filter((stop) => stop !== "");
  }

  push(text: string): StopResult {
    if (this.stoppedBy !== null) return { text: "", stoppedBy: this.stoppedBy };
    this.held += text;
    const match = this.firstMatch();
    if (match) {
      this.stoppedBy = match.stop;
      const before = this.held.slice(0, match.start);
      this.held = "";
      return { text: before, stoppedBy: match.stop };
    }
    const keep = this.beginningLength();
    const ready = this.held.slice(0, this.held.length - keep);
    this.held = this.held.slice(this.held.length - keep);
    return { text: ready, stoppedBy: null };
  }

  /** The end of the text: a beginning of a stop string that never got complete is text after all. */
  end(): string {
    const rest = this.held;
    this.held = "";
    return rest;
  }

  /**
   * The match that is complete first, and of those the longest: this does not depend on how the text was cut into
   * pieces, so one token or eight in flight give the same text.
   */
  private firstMatch(): { stop: string; start: number } | null {
    let best: { stop: string; start: number; end: number } | null = null;
    for (const stop of this.stops) {
      const start = this.held.indexOf(stop);
      if (start < 0) continue;
      const end = start + stop.length;
      if (!best || end < best.end || (end === best.end && start < best.start)) best = { stop, start, end };
    }
    return best;
  }

  /** Length of the longest end of the held text that begins a stop string. */
  private beginningLength(): number {
    let longest = 0;
    for (const stop of this.stops) {
      for (let length = Math.min(stop.length - 1, this.held.length); length > longest; length--) {
        if (this.held.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
