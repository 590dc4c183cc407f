const std = @import("std");
const limit: u32 = 1;
var counter: u32 = 0;
pub const Kind = enum { a, b };
const Shape = union(enum) { square: Square, none };
const Failure = error{ Empty, Full };
pub const Square = struct {
    side: u32 = limit,
    pub fn area(self: Square) u32 {
        return self.side * helper();
    }
};
fn helper() u32 {
    counter += 1;
    return std.math.max(counter, limit);
}
test "area" {
    const s = Square{};
    try std.testing.expect(s.area() == 1);
}
