// Line.
/* Block. */
/** Doc block. */
/// Doc.
func f(a: [String], b: Int?) {
    let s = "text \(a.count()) end"
    let t = """
        multi \(call(1))
        """
    let r = #"raw "x" "#
    if let z = b as? Int { use(z) }
}
