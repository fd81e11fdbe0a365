/** A rectangle in CSS pixels of the page. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** As wide as anything can be: what is not clipped. */
export const EVERYWHERE: Box = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

export function intersect(a: Box, b: Box): Box {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

export function unite(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

export function area({ left, top, right, bottom }: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Whether two boxes are at the same place, but for what no eye sees. */
export function isSame(a: Box, b: Box, tolerance: number): boolean {
  return (["left", "top", "right", "bottom"] as const).every(
    (side) => Math.abs(a[side] - b[side]) <= tolerance,
  );
}

/** The whole picture. */
export function pictureBox(): Box {
  return { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
}

/** As it is told. */
export function asTold({ left, top, right, bottom }: Box): {
  x: number;
  y: number;
  width: number;
  height: number;
} {
  const [x, y, width, height] = [left, top, right - left, bottom - top].map((side) => Math.round(side));
  return { x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 };
}
