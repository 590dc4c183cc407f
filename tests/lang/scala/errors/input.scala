class A {
  def ok = fine(1)
  def broken( = { val x = }
  def after = still(2)
}
class B { val p = 1 }
