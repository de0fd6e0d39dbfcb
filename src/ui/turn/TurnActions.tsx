import { useShallow } from "zustand/react/shallow";
import { branchesAt, type Turn } from "../../store/conversation";
import { useApp } from "../appContext";
import { CopyButton } from "../CopyButton";
import { IconButton } from "../IconButton";
import { useStrings } from "../strings/useStrings";
import { focusAction } from "./focusSoon";

interface TurnActionsProps {
  readonly turn: Turn;
  readonly isNewest: boolean;
  readonly onEdit: () => void;
}

export function TurnActions({ turn, isNewest, onEdit }: TurnActionsProps) {
  const strings = useStrings().turn;
  const canAnswer = useApp((state) => state.model !== null && state.streaming === null);
  const isBusy = useApp((state) => state.streaming?.chatId === state.chat.id);
  const regenerate = useApp((state) => state.regenerate);
  const continueAnswer = useApp((state) => state.continueAnswer);
  const removeTurn = useApp((state) => state.removeTurn);
  const isRecorded = useApp((state) => state.isRecorded);
  const isAnswer = turn.role === "assistant";
  const own = (
    <>
      <BranchSwitch turn={turn} />
      <CopyButton label={strings.copy} text={turn.text} />
    </>
  );
  // A recording answers nothing and stays as it is.
  if (isRecorded) return <div className="turn-actions">{own}</div>;
  return (
    <div className="turn-actions">
      {own}
      <IconButton icon="edit" label={strings.edit} isDisabled={isBusy} onClick={onEdit} />
      {(isAnswer || isNewest) && (
        <IconButton
          icon="regenerate"
          label={strings.regenerate}
          isDisabled={!canAnswer}
          onClick={() => void regenerate(turn.id)}
        />
      )}
      {isAnswer && isNewest && (
        <IconButton
          icon="continue"
          label={strings.continue}
          isDisabled={!canAnswer}
          onClick={() => void continueAnswer(turn.id)}
        />
      )}
      <IconButton icon="delete" label={strings.delete} isDisabled={isBusy} onClick={() => void removeTurn(turn.id)} />
    </div>
  );
}

function BranchSwitch({ turn }: { turn: Turn }) {
  const strings = useStrings().turn;
  const { position, count, previousId, nextId } = useApp(useShallow((state) => branchesAt(state.chat, turn)));
  const showBranch = useApp((state) => state.showBranch);
  if (count < 2) return null;
  const show = (id: string | null, ...actions: readonly string[]): void => {
    if (id === null) return;
    showBranch(id);
    focusAction(id, ...actions);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="branches" role="group" aria-label={strings.branch(position, count)}>
      <IconButton
        icon="branchBefore"
        label={strings.previousBranch}
        isDisabled={previousId === null}
        onClick={() => show(previousId, "branchBefore", "branchNext")}
      />
      <span aria-hidden="true">
        {position} / {count}
      </span>
      <IconButton
        icon="branchNext"
        label={strings.nextBranch}
        isDisabled={nextId === null}
        onClick={() => show(nextId, "branchNext", "branchBefore")}
      />
    </div>
  );
}
