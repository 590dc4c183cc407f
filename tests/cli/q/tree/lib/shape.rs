use std::fmt::{self, Display as D};

pub const SIDES: u32 = 4;
pub type Name = String;

pub trait Area {
    fn area(&self) -> f64;
}

#[derive(Debug, Clone)]
pub struct Square {
    side: f64,
}

impl Area for Square {
    fn area(&self) -> f64 {
        self.side * self.side
    }
}

macro_rules! twice {
    ($x:expr) => { $x * 2 };
}

mod inner {
    pub fn helper() -> u32 {
        twice!(2)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn squares() {
        assert_eq!(super::inner::helper(), 4);
    }
}
