import { Item } from "./item";

export interface Store {
  save(item: Item): void;
}

export type Price = number;

export enum Kind { Book, Film }

export class Cart implements Store {
  items: Item[] = [];
  save(item: Item): void {
    if (!item) throw new TypeError("item");
    this.items.push(item);
  }
}

function total(cart: Cart): Price {
  return cart.items.length;
}
