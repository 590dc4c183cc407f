defmodule A do
  def ok(x), do: fine(x)
  def broken( do
    y =
  end
  def after_it(x), do: still(x)
end
defmodule B do
  def last, do: 1
end
