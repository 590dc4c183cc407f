struct Broken {
    x: u8

fn good(a: u8) {
    a.b(
}

impl Later {
    fn kept(&self) -> u8 {
        call()
    }
