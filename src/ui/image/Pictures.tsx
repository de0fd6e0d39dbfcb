import { PictureTile } from "./PictureTile";

interface PicturesProps {
  readonly name: string;
  readonly ids: readonly string[];
  /** Without it they stay. */
  readonly onRemove?: (id: string) => void;
}

export default function Pictures({ name, ids, onRemove }: PicturesProps) {
  return (
    <ul className="pictures" aria-label={name}>
      {ids.map((id) => (
        <PictureTile key={id} id={id} {...(onRemove !== undefined && { onRemove: () => onRemove(id) })} />
      ))}
    </ul>
  );
}
