class Cart {}
class Inner {}
function total(cart: Cart) { return 0; }
export { Cart as Basket, total };
export default Inner;
