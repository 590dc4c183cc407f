defmodule Shop.SquareTest do
  use ExUnit.Case
  test "makes one" do
    assert Shop.Square.make()
  end
end
