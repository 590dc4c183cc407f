pub trait Draw<T>: Send {
    type Out: Copy;
    const SIDES: usize = 4;
    fn draw(&self) -> Self::Out;
    fn twice(&self) {
        self.draw();
    }
}

impl<T> Draw<T> for shapes::Point<T>
where
    T: Clone,
{
    type Out = u8;
    fn draw(&self) -> u8 {
        1
    }
}

impl<'a> From<&'a str> for &'a Point {
    fn from(text: &'a str) -> Self {
        todo!()
    }
}

impl dyn Draw<u8> {}
impl Point {
    pub const ORIGIN: Point = Point { x: 0 };
    pub fn new() -> Self {
        Point { x: 1 }
    }
}
