/** The pinned selection in the page's address: `token=TURN.INDEX` and `head=LAYER.HEAD`. */
import { type HeadPlace, NO_SELECTION, type Selection, type TokenPlace } from "./selectionSlice";

function readToken(text: string | null): TokenPlace | null {
  const match = /^([A-Za-z0-9-]{1,64})\.(-?\d{1,7})$/.exec(text ?? "");
  return match === null ? null : { turnId: match[1] ?? "", index: Number(match[2]) };
}

function readHead(text: string | null): HeadPlace | null {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(text ?? "");
  return match === null ? null : { layer: Number(match[1]), head: Number(match[2]) };
}

/** What makes no sense selects nothing. */
export function readSelection(address: string): Selection {
  const { searchParams } = new URL(address);
  const token = readToken(searchParams.get("token"));
  const head = readHead(searchParams.get("head"));
  return token === null && head === null ? NO_SELECTION : { token, head };
}

/** The address with this selection, everything else as it was. */
export function withSelection(address: string, { token, head }: Selection): string {
  const url = new URL(address);
  const put = (name: string, text: string | null): void => {
    if (text === null) url.searchParams.delete(name);
    else url.searchParams.set(name, text);
  };
  put("token", token && `${token.turnId}.${token.index}`);
  put("head", head && `${head.layer}.${head.head}`);
  return url.href;
}
