/// Makes a getter.
#[macro_export]
macro_rules! getter {
    ($name:ident, $($field:ident),*) => {
        pub fn $name(&self) -> u32 {
            $( self.$field.load(1); )*
            helper($name, self.count())
        }
        fn fixed() -> bool {
            if (done) { return (true); }
            $crate::log!("{done}");
            Foo::<T>::new(1)
        }
    };
    () => { $callback(1) };
}

macro_rules! empty {}
getter!(size, a, b);
