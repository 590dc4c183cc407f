mod shop;
pub use shop::Cart;
use shop::Hidden;
