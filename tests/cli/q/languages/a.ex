defmodule Shop.Square do
  use GenServer
  import Enum, only: [map: 2]
  alias Shop.Area, as: A
  @behaviour A
  @limit 1
  defstruct side: 1, name: nil
  @type t :: %Shop.Square{}
  @callback area(t) :: integer
  defmacro twice(x), do: quote(do: unquote(x) * 2)
  def make(side \\ @limit), do: %Shop.Square{side: side}
  defp helper(s), do: map([s], &A.size/1)
  def area(%{side: side}) do
    helper(side)
  end
end
defprotocol Shop.Sized do
  def size(x)
end
defimpl Shop.Sized, for: Shop.Square do
  def size(s), do: s.side
end
