//! Module doc.
const std = @import("std");
const Allocator = std.mem.Allocator;

/// A point.
pub const Point = struct {
    x: i32 = 0,
    /// The y.
    y: ?f64,
    pub const origin = Point{ .x = 0 };
    var counter: u32 = 0;

    pub fn init(a: i32) !Point {
        return .{ .x = a };
    }
};
pub const Mode = enum(u8) {
    none,
    read = 1,
    pub fn label(self: Mode) []const u8 { return "m"; }
};
const U = union(enum) { a: i32, b };
const E = error{ Bad, Worse };
const O = opaque {};
const P = packed struct { a: u1 };
var global: u32 = 1;
