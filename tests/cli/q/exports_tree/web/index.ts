export { Basket } from "./cart";
