declare module "virtual:config" {
  export function read(path: string): Config;
  const version: string;
}

declare global {
  interface Window {
    app: App;
  }
}

export namespace Tools.Text {
  export const width = 80;
  export function wrap(s: string) {
    return Text.fill(s);
  }
}

declare function legacy(a: number): void;
export declare const build: string, mode: Mode;
declare class Ambient {
  run(): void;
}
