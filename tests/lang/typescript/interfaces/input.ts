/** A point in the plane. */
export interface Point<T = number> extends Base<T> {
  readonly x: T;
  y?: { inner: T };
  move(by: Point): void;
  "quoted": string;
  new (x: T): Point<T>;
  (call: string): void;
  [key: string]: unknown;
}

export type Shape = { kind: "circle"; draw(on: Canvas): void } | (Square & { side: number });
type Lookup = Map<string, { not: "a member" }>;
type Maker = (options: { nor: "this" }) => Shape;

export const enum Color {
  Red,
  Green = compute(1),
  "dark-blue" = 3,
}
