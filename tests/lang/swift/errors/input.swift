class A {
    func ok() { fine(1) }
    func broken( { let x = }
    func after() { still(2) }
}
class B { var p = 1 }
