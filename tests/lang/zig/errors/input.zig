const A = struct {
    fn ok() void { fine(1); }
    fn broken( { const x = ; }
    fn after() void { still(2); }
};
fn last() void {}
