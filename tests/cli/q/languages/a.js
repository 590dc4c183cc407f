import { x } from "./b.js";
const LIMIT = 1;
class Square { side = 1; area() { return make(); } }
function make() { throw new Error("x"); }
export { Square };
