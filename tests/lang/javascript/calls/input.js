plain(1, "two", ...three);
a.b?.c?.(x);
new Map();
new ns.Thing;
tag`hello ${name(first)} and ${`nested ${deep()}`}`;
(0, utils.helper)(1);
(await loader())(1);
list[0](1);
this.go().then((value) => done(value)); // called "done"
setTimeout(/* ms */ 10, () => {
  tick();
});
const text = "plain('no call')" + `${call()} in text`;
const pattern = /call\(\)/;
