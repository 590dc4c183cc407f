//! A tiny cache of parsed files.
use std::collections::HashMap;
use std::fmt::{self, Display};

#[derive(Debug, Clone)]
pub struct Entry<T> {
    pub value: T,
    hits: u64,
}

#[derive(Debug)]
pub enum Failure {
    Missing(String),
    Bad { line: usize, what: &'static str },
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Missing(name) => write!(f, "no file {}", name),
            Failure::Bad { line, .. } if *line == 0 => write!(f, "bad"),
            Failure::Bad { line, what } => write!(f, "line {line}: {what}"),
        }
    }
}

pub trait Source {
    fn read(&self, path: &str) -> Result<String, Failure>;
    fn name(&self) -> String { String::from("source") }
}

pub struct Cache<S: Source> {
    source: S,
    entries: HashMap<String, Entry<Vec<u32>>>,
}

impl<S: Source> Cache<S> {
    pub fn new(source: S) -> Self {
        Self { source, entries: HashMap::new() }
    }

    pub fn get(&mut self, path: &str) -> Result<&[u32], Failure> {
        if !self.entries.contains_key(path) {
            let text = self.source.read(path)?;
            let value = parse(&text).unwrap_or_default();
            self.entries.insert(path.to_string(), Entry { value, hits: 0 });
        }
        let entry = self.entries.get_mut(path).unwrap();
        entry.hits += 1;
        Ok(&entry.value)
    }

    async fn refresh(&mut self, paths: &[&str]) -> usize {
        let mut done = 0;
        for path in paths.iter() {
            // a missing file is no reason to stop
            if let Ok(text) = self.source.read(path) {
                done += text.len();
            } else if let Err(Failure::Missing(name)) = self.source.read(path) {
                println!("{} is missing", name);
            }
        }
        done
    }
}

fn parse(text: &str) -> Option<Vec<u32>> {
    let numbers: Vec<u32> = text.lines().map(|l| l.trim().parse::<u32>()).collect::<Result<_, _>>().ok()?;
    let (a, b) = (numbers.len(), numbers.len());
    assert_eq!(a, a);
    assert_eq!(a, b, "same");
    if a == a && a == b { return Some(vec![]); }
    let f = |x, y| x + y;
    let g = move |x: u32| -> u32 { f(x, x) };
    while let Some(n) = numbers.iter().next() { println!("{}", g(*n)); break; }
    unsafe { std::ptr::null::<u8>().is_null() };
    foo(a, b, 1);
    foo(a, 1);
    foo(1);
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn parses() { assert!(parse("1\n2").is_some()); }
}
