import { lazy, Suspense } from "react";
import type { Turn } from "../../store/conversation";
import { useStrings } from "../strings/useStrings";

const Pictures = lazy(() => import("./Pictures"));

export function TurnPictures({ turn, onRemove }: { turn: Pick<Turn, "images">; onRemove?: (id: string) => void }) {
  const { image } = useStrings();
  if (turn.images.length === 0) return null;
  return (
    <Suspense fallback={<div className="pictures" />}>
      <Pictures name={image.ofTurn} ids={turn.images} {...(onRemove !== undefined && { onRemove })} />
    </Suspense>
  );
}
