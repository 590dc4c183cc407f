import { Square } from "./a.js";
test("makes", () => { new Square().area(); });
