import { canReopen } from "../../store/modelSlice";
import { useApp } from "../appContext";
import { useStrings } from "../strings/useStrings";
import { showOpenDialog } from "./openModelInput";

/** One click to the model that was open last; from files of the person's own, after a reload of the page, to the dialog that chooses them. */
export function OpenAgain() {
  const { empty } = useStrings();
  const last = useApp((state) => state.rememberedModel);
  const canReload = useApp(canReopen);
  const reloadModel = useApp((state) => state.reloadModel);
  const openLink = useApp((state) => state.openLink);
  if (last === null) return null;
  const { name, link, level } = last;
  const open = (): void => {
    if (canReload) void reloadModel();
    else if (link === null) showOpenDialog();
    else void openLink(link, level, document.baseURI);
  };
  return (
    <button type="button" className="button button-primary button-named" onClick={open}>
      {link === null && !canReload ? empty.chooseAgain(name) : empty.again(name)}
    </button>
  );
}
