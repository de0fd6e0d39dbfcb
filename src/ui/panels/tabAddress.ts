/** The inspector's open tab in the address bar, so that a link leads to what its sender looked at. */
const NAME = "tab";

export function tabOf(address: string): string | null {
  return new URL(address).searchParams.get(NAME);
}

/** Replaces the address without a step in the history: Back leaves the page, it does not walk through tabs. */
export function writeTab(tab: string): void {
  const url = new URL(location.href);
  if (url.searchParams.get(NAME) === tab) return;
  url.searchParams.set(NAME, tab);
  history.replaceState(history.state, "", url);
}
