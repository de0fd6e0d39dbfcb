import { Icon } from "../Icon";
import { SHAPES, type Shape } from "./world";

/** A shape as its own sign. */
export function ShapeSign({ kind }: { kind: Shape | "brush" }) {
  if (kind === "brush") return <Icon name="brush" />;
  const corners: readonly (readonly [number, number])[] = SHAPES[kind];
  return (
    <svg className="shape-sign" viewBox="-1.3 -1.3 2.6 2.6" aria-hidden="true" focusable="false">
      {kind === "circle" ? <circle r="1" /> : <polygon points={corners.map((corner) => corner.join(",")).join(" ")} />}
    </svg>
  );
}
