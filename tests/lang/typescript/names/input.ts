import type { Config } from "./config";
import fs = require("fs");
import { Base, type Shape } from "@scope/base";

export interface Service<T> extends Shape, ns.Other<T> {
  name: string;
  find(id: number): Promise<T>;
  on?: (event: T) => void;
}
type Alias = Config;
type Both = Config & { extra(): void; part: Part };
type Obj = { run(): Alias; next: Obj | null };
type Fn<A extends Config = Config> = (a: A) => typeof fs;
enum Color { Red, Green = next() }
namespace Outer.Inner { export function deep(): Config { return helper(); } function helper() {} }
declare module "ext" { export function given(): void; }
import Deep = Outer.Inner;

@Injectable({ scope: root })
export abstract class Repo<T extends Config> extends Base<T> implements Service<T> {
  private items: Map<string, Item[]> = new Map();
  static shared?: Repo<Config>;
  declare readonly name: string;
  constructor(private readonly store: Store<T>, public other = new Other()) { super(); }
  @Input() value: Alias;
  @log(deep) async find(id: number): Promise<T> {
    const found = this.store.get(id) as unknown as T;
    const [first, { deep: second }] = this.items.get("x")!;
    first.touch(); second.touch();
    return this.make<T>(found) satisfies T;
  }
  abstract make<U>(u: U): U;
  get total(): Total { return this.value.total; }
  static of(): Repo<Config> { return this.shared; }
}
function over(a: string): void;
function over(a: number): void;
function over(a: any) { (<Config>a).load(); }
function guard(this: Config, x: unknown): x is Config { return this.check(x); }
const made: Service<Config>[] = [], cb = (s: Service<Config>): Config => s.find(1);
for (const m of made) m.find(2);
let later: Repo<Config> | undefined;
later?.find(over(1));
export default cb;
export = later;
