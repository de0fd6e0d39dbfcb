/** Colours, shapes and sizes of the pictures that the bundled model was trained on: training/world.json. */

/** Pixels of a picture's side; places and lengths are in these. */
export const WORLD_SIDE = 48;
export const BACKGROUND = [248, 248, 246] as const;

export const COLOURS = {
  red: [220, 38, 38],
  orange: [247, 142, 24],
  yellow: [250, 218, 40],
  green: [40, 160, 70],
  blue: [40, 92, 222],
  purple: [130, 58, 180],
  pink: [246, 134, 184],
  black: [30, 30, 32],
} as const;
export type Colour = keyof typeof COLOURS;
export const COLOUR_NAMES = Object.keys(COLOURS) as readonly Colour[];

type Point = readonly [x: number, y: number];

/** Corners around the centre, in units of the radius, apex up; the circle has none. */
export const SHAPES = {
  circle: [],
  square: [
    [-0.88, -0.88],
    [0.88, -0.88],
    [0.88, 0.88],
    [-0.88, 0.88],
  ],
  triangle: [
    [0, -1],
    [1, 0.75],
    [-1, 0.75],
  ],
  diamond: [
    [0, -1.12],
    [0.72 * 1.12, 0],
    [0, 1.12],
    [-0.72 * 1.12, 0],
  ],
  star: Array.from({ length: 10 }, (_, corner): Point => {
    const radius = corner % 2 === 0 ? 1.12 : 0.46;
    const angle = (corner * Math.PI) / 5;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  }),
  cross: [
    [-0.34, -1],
    [0.34, -1],
    [0.34, -0.34],
    [1, -0.34],
    [1, 0.34],
    [0.34, 0.34],
    [0.34, 1],
    [-0.34, 1],
    [-0.34, 0.34],
    [-1, 0.34],
    [-1, -0.34],
    [-0.34, -0.34],
  ],
} as const satisfies Readonly<Record<string, readonly Point[]>>;
export type Shape = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as readonly Shape[];

/** Radii: what the model calls small and large among several, and large where there is one shape only. */
export const SIZES = { small: 4.7, large: 7.5, huge: 15 } as const;
export type Size = keyof typeof SIZES;
export const SIZE_NAMES = Object.keys(SIZES) as readonly Size[];
