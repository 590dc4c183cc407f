use crate::a::{self, B as C, d::*};
pub use self::x::Y;
extern crate libc;
mod child;
pub(crate) mod inner {
    use super::*;
    pub fn deep(t: super::Thing) { super::super::up(); self::here(); }
}
#[macro_export]
macro_rules! twice {
    ($x:expr) => { $crate::once(foo($x)); $x.go() };
}
#[derive(Debug)]
pub struct Thing<T: Clone = u8> {
    name: String,
    pub(crate) items: Vec<Arc<Part>>,
    next: Option<Box<Thing<T>>>,
}
struct Wrap(Thing, pub u32);
enum Kind { Plain, Full(Thing), Named { part: Part } }
pub trait Run: Base + Send {
    type Out: Show;
    fn run(&self) -> Self::Out;
    fn twice(&mut self) -> bool { self.run().shown() }
}
type Alias = Result<Thing, Error>;
const LIMIT: usize = max(1, 2);
static SHARED: Mutex<Thing> = Mutex::new(Thing::new());

impl<T> Run for Thing<T> where T: Bar + Send {
    type Out = Part;
    fn run(&self) -> Part { self.items[0].clone() }
}

impl Thing {
    pub fn new(name: &str) -> Result<Self, E> {
        let a = Thing { name: name.into(), items, ..Default::default() };
        let a = a.fix()?;
        Self::check(&a).await?;
        Ok(Self { next: None })
    }
    fn each<F: Fn(&Part) -> bool>(&self, f: F, mut w: Wrap, &(p, q): &(A, B)) {
        for part in &self.items { part.show(); f(part); }
        let Some(x) = self.find() else { return };
        if let Some(v) = w.get() { v.x(); } else if let Ok(mut k) = w.0.try_it() { k.z() }
        match self.kind() {
            Kind::Full(t) if t.ok() => t.run(),
            Kind::Named { part, .. } => part.show(),
            other @ Kind::Plain => other.show(),
            LIMIT => {}
            _ => {}
        }
        let go = |p: Part, q| p.show(q);
        let boxed = Box::new(Thing::new("x"));
        <T as Run>::run(&x);
        all.iter().collect::<Vec<_>>().len();
        Thing::<u8>::new("y").unwrap().run();
        a::b::f(|| x.y());
        ::std::mem::drop(x);
        let n = (w.1 as Count).count();
        assert_eq!(w.0.run().shown(), Thing::new("}"), "x {} {:?}", f(1), 'a');
        vec![Part { id: 1 }, (x).far(), crate::b::mk::<u8>()?];
        cfg_x! {
            fn hidden(t: Thing) { t.run() }
        }
        tokio::select! { v = self.recv() => v.use_it(), _ = a::b!(x) => {} }
    }
}

#[tokio::test]
async fn top(x: impl Run, y: &dyn Run, z: &mut [Part]) -> impl Future<Output = Part> {
    x.run();
    y.twice();
    z[0].show();
    let v: Vec<Thing> = make();
    v.first().unwrap().run();
}
