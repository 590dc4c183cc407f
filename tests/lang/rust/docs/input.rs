//! The crate.
/*! Still the crate. */

/// Adds.
///
/// Two lines.
#[inline]
fn add() {}

#[inline]
/// Behind the attribute.
fn sub() {}

/** Block. */
struct S {
    /// A field.
    a: u8, // not its doc
    b: u8,
}

//// Only a rule.

// Far away.

fn none() {
    //! Inside.
    let s = "/// text";
    let t = r#"// "raw" "#;
    let c = '"'; // comment
    let b = b"bytes";
}
