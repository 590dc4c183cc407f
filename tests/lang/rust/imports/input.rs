extern crate alloc as al;
extern crate core;

use fmt;
use std::fmt::Display;
use std::io as stdio;
use super::*;
pub use crate::a::{b, c as d, e::{self, F as _}};
use {g::h, i};

fn f() {
    use std::{collections::{HashMap, *}, mem};
}
