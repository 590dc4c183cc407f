import { Cart } from "./cart";

describe("cart", () => {
  it("saves", () => {
    new Cart().save(1 as any);
  });
});
