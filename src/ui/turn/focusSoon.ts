/** Moves the focus after what was done has been rendered, where what had it may be gone. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  setTimeout(() => find()?.focus({ preventScroll: true }), 0);
}

/** An action of a turn; without it the conversation, which keys scroll. */
export function focusAction(turnId: string, ...actions: readonly string[]): void {
  focusSoon(() => {
    const turn = document.querySelector(`[data-turn="${CSS.escape(turnId)}"]`);
    const names = actions.map((action) => `[data-action="${action}"]:not(:disabled)`);
    for (const name of names) {
      const found = turn?.querySelector<HTMLElement>(name);
      if (found != null) return found;
    }
    return document.querySelector<HTMLElement>(".chat-scroll[tabindex]");
  });
}
