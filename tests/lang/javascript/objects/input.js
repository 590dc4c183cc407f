const api = {
  limit: 10,
  get() {},
  put: (key, value) => store(key, value),
  async *all() {},
  nested: {
    "deep-one": function () {},
  },
  data: { plain: 1 },
};

function Foo() {
  this.size = () => 0;
  const helpers = { clean() {} };
}
Foo.prototype.bar = function (a) {};
Foo.prototype.baz = api.get;
Foo.prototype.qux = qux;
Foo.create = async () => new Foo();
Foo.prototype = {
  first() {},
};

exports.VERSION = "1.0";
exports.run = function run() {};
exports.same = qux;
handlers["on-exit"] = () => {};
handlers[name] = () => {};
module.exports = function main() {};
