pub struct Cart;
pub struct Hidden;
