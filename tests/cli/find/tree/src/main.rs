mod keys;
use crate::keys::{build_key, join};

fn main() {
    println!("{}", build_key(&["a", "b"]));
    assert_eq!(join(build_key(&[])), "");
}
