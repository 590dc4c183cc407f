export function pick(key: string): string;
export function pick(key: number): number;
export function pick(key: any): any {
  return key satisfies unknown;
}

export const map = async <T, U>(list: T[], fn: (item: T) => U): Promise<U[]> => {
  const inner = (x: T): U => fn(x);
  return list.map(inner) as U[];
};

function isText(value: unknown): value is string {
  return typeof value === "string";
}

export const LIMIT: number = 10;
let first: string, second = <any>first;
const api = {
  get(this: Api) {},
  set: <T>(value: T) => value,
} satisfies Api;
export default map;
