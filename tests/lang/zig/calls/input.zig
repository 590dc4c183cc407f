const std = @import("std");
const util = @import("util.zig");
fn f() !void {
    std.debug.print("a {}\n", .{x});
    try foo.bar.baz(1, 2);
    @memcpy(a, b);
    const y = g() catch |err| h(err);
    if (opt) |v| use(v);
    list.items[0].run();
    defer file.close();
    (p.*)(1);
}
