fn run(points: Vec<u8>) -> Result<(), Error> {
    plain();
    point.scale(2).shift(1, 2);
    a::b::c(1);
    a::d::<u8>(1);
    items.iter().map(|x| twice(x)).collect::<Vec<_>>();
    <T as Draw>::draw(shape);
    Vec::<u8>::with_capacity(4);
    (self.callback)(3);
    table[0](1);
    Some(fetch(url).await?);
    let f: fn(u8) -> u8 = negate;
    let new = Point { x: make(), ..base() };
    unsafe { raw() };
    match next() {
        Some(n) if check(n) => {}
        _ => {}
    }
    spawn(async move { work().await })
}
