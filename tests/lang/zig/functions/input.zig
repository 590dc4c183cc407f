/// Adds.
pub fn add(a: i32, comptime T: type) callconv(.C) T {
    const local = 1;
    const Inner = struct { v: i32 };
    return a + local;
}
pub extern "c" fn puts(s: [*:0]const u8) c_int;
fn Generic(comptime T: type) type {
    return struct {
        value: T,
        const Self = @This();
        fn get(self: Self) T {
            return self.value;
        }
    };
}
export fn main() void {}
test "adds" {
    try std.testing.expect(add(1, 2) == 3);
}
test add {}
inline fn fast() void {}
