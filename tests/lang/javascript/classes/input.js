@register("shape")
export class Shape extends mixin(Base) {
  static count = 0;
  #area = null;
  onClick = (event) => this.#handle(event);

  static {
    const seed = init();
  }

  constructor(name) {
    super(name);
  }

  /** The area, computed once. */
  get area() {
    return (this.#area ??= super.measure());
  }
  set area(value) {}

  @logged async *points() {}
  #handle(event) {}
  [Symbol.iterator]() {}
  'quoted name'() {}
  'quoted-field' = 1;
}

const Circle = class extends Shape {
  radius;
};
module.exports = class Exported {};
