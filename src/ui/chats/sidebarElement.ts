export const SIDEBAR = "chats";

/** Where menus of the list open: in its landmark, and inside the dialog it is on narrow screens. */
export function sidebar(): HTMLElement | null {
  return document.getElementById(SIDEBAR);
}
