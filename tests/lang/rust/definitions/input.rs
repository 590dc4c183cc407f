pub(crate) mod shapes {
    #[derive(Debug, Clone)]
    pub struct Point<T> {
        pub x: T,
        y: &'static str,
    }
    struct Pair(pub u32, String);
    struct Unit;
    pub enum Shape {
        Dot,
        Line(Point<u8>, u32),
        Box { width: i8 } = 3,
    }
    union Bits {
        whole: u32,
    }
}
mod elsewhere;

type Grid<T> = Vec<Vec<T>>;
pub const LIMIT: usize = 8;
static mut NAMES: &[&str] = &[
    "a",
];

#[test]
#[cfg(unix)]
async unsafe fn draw<'a, const N: usize>(it: &'a [u8; N], Some(n): Option<u8>) -> impl Fn(u8) -> u8
where
    u8: Copy,
{
    fn inner() {}
    let area: u64 = 3;
}

extern "C" {
    fn puts(text: *const u8) -> i32;
    static ENVIRON: u8;
}
