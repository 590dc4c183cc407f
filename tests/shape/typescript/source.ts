import type { Reader } from './reader';
import { EventEmitter } from 'events';

export interface Shape<T = number> {
  readonly name: string;
  area(scale?: T): number;
  tags?: string[];
}

type Id = string | number;
type Partialish<T> = { [K in keyof T]?: T[K] };

enum Colour { Red, Green = 2, Blue }

export abstract class Base<T extends Shape> extends EventEmitter implements Shape {
  private items: T[] = [];
  protected static instance?: Base<any>;

  constructor(public readonly name: string, private reader: Reader) {
    super();
    this.items = [];
  }

  abstract area(scale?: number): number;

  find(id: Id): T | undefined {
    const found = this.items.find((item) => item.name === String(id));
    if (!found) { return undefined; }
    return found as T;
  }

  async load<R>(path: string, map: (text: string) => R): Promise<R> {
    const text = await this.reader.read(path);
    console.log(text!.length, <any>text);
    return map(text as string);
  }
}

function assertNever(x: never): never {
  throw new Error('unexpected ' + x);
}

export function colourOf(c: Colour): string {
  switch (c) {
    case Colour.Red: return 'red';
    case Colour.Green: return 'green';
    default: return assertNever(c as never);
  }
}

let value: unknown = 1;
const list: Array<number> = [1, 2, 3];
const total = list.reduce((a, b) => a + b, 0);
const total2 = list.reduce<number>((a, b) => a + b, 0);
export const handler = async (event: { id: Id }): Promise<void> => {
  await Promise.resolve(event.id);
};
declare module 'legacy' { export function run(): void; }
namespace Tools { export const version = '1'; }
