defmodule Shop.Order do
  @moduledoc "Orders."
  alias Shop.Item
  defstruct items: [], owner: nil

  def total(%__MODULE__{items: items}, rate \\ 1) when is_number(rate) do
    sum = items |> Enum.map(& &1.price) |> Enum.sum()
    if sum == sum, do: IO.puts("same")
    sum * rate
  end

  defp parse(text) do
    case Jason.decode(text) do
      {:ok, raw} -> Enum.map(raw, fn x -> Item.new(x) end)
      {:error, reason} -> raise reason
    end
  end

  def run, do: IO.puts(inspect(parse("[]")))
  foo(1, 2)
  foo(a, a)
end
