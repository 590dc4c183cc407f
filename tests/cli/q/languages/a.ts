import { x } from "./b";
export interface Area { area(): number; }
export type Alias = number;
export enum Kind { A, B }
@sealed
export class Square implements Area { side = 1; area(): number { return make(); } }
namespace inner { export const LIMIT = 1; }
function make(): number { throw new Error("x"); }
