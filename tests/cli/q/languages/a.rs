use std::fmt::Display;
pub const LIMIT: u32 = 1;
pub type Alias = u32;
pub struct Square { side: u32 }
pub enum Kind { A, B }
pub union Bits { i: u32 }
pub trait Area { fn area(&self) -> u32; }
impl Area for Square {
    fn area(&self) -> u32 { twice!(self.side) }
}
macro_rules! twice { ($x:expr) => { $x * 2 }; }
mod inner { pub fn make() { panic!("x") } }
#[test]
fn makes() { inner::make() }
