create<Foo>(1, ...rest);
new Box<string>("x");
(value as Handler)(event);
found!.run!(1);
const cell = useState<number | null>(null);
tag`a ${b<T>()} c`;
super_(function named(this: Window, x: number) {});
obj?.[key]?.(1);
if (check(x)) for (const y of list()) y.end();
