const MAX_SIZE = 100;
const options = {
  depth: MAX_SIZE,
};
let { a, b: renamed, c = 1, ...others } = options;
var [first, [second]] = [1, [2]];
if (a) {
  var inBlock = 1;
}
for (let i = 0; i < 3; i++) {}
function f() {
  const inFunction = 1;
}
export let exported = /[a-z]+"/g;
