//! Doc of the file.
// plain
/// Doc.
const a = "text\n";
const b =
    \\multi
    \\line
;
const c = 'c';
fn f(p: []const u8, q: *Foo) ?Bar { // trailing
    return null;
}
