import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { showOpenDialog } from "./openModelInput";

/** One click to the model that was open last; from files of the person's own, to the dialog that chooses them. */
export function OpenAgain() {
  const { empty } = useStrings();
  const last = useApp((state) => state.rememberedModel);
  const openLink = useApp((state) => state.openLink);
  if (last === null) return null;
  const { name, link, level } = last;
  const open = (): void => {
    if (link === null) showOpenDialog();
    else void openLink(link, level, document.baseURI);
  };
  return (
    <button type="button" className="button button-primary" onClick={open}>
      {link === null ? empty.chooseAgain(name) : empty.again(name)}
    </button>
  );
}
