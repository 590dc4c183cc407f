fn log(items: &[u8]) {
    println!("{name} is {age:>3}, {{not}} {} {0}", items.len());
    assert_eq!(left.sum(), crate::right::<u8>(1, 2), "why");
    tokio::select! {
        value = receive(queue) => handle(value),
        Some(x) = stream.next() => {}
    }
    let v = vec![make(1), other.make("text(1)"), !flag];
    matches!(item, Some(_) if ready(item));
    spawn!(move |a, b| join(a, b));
    x.chain(|| format!("{x}"));
}

cfg_rt! {
    /// Starts it.
    #[inline]
    pub fn start<T>(task: T) -> Handle
    where
        T: Send,
    {
        queue::push(task)
    }

    pub struct Handle {
        id: u32,
    }
}

thread_local! {
    static CURRENT: Cell<u32> = Cell::new(0);
}

odd! {
    struct Loose: u8 { }
    impl<T> Trait for Loose<T> => {
        fn method(&self) { helper() }
    }
}
