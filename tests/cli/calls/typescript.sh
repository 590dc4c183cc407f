# TypeScript: imports and re-exports, types that are written, interfaces, arrow functions handed on.
cd "$TMPDIR" && mkdir src && cd src || exit
cat >store.ts <<'END'
export interface Store {
  save(item: string, ...rest: string[]): void;
}
export class Disk implements Store {
  constructor(private path: string) {}
  save(item: string, ...rest: string[]): void {
    this.write(item);
  }
  private write(item: string): void {}
}
export function open(path: string): Disk {
  return new Disk(path);
}
END
cat >index.ts <<'END'
export { open, Disk } from "./store";
export { open as openStore } from "./store";
END
cat >app.ts <<'END'
import { openStore } from "./index";
import type { Store } from "./store";

function all(store: Store, items: string[]) {
  items.forEach((item) => store.save(item));
}

export function main() {
  const disk = openStore("x");
  disk.save("one", ...["two"]);
  all(disk, [`${openStore("y")}`]);
  [1].map(open);
}

function open(n: number) {
  return n;
}
END
cq calls Disk.save; echo; cq calls store.ts:open; echo; cq calls Store | head -n 4; cq nb Disk --slice supertypes,importers
