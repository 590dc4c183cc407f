defmodule App.User do
  @moduledoc """
  Users.
  """
  defstruct [:name, age: 0]

  @doc "Gets."
  @spec get(integer) :: t | nil
  def get(id, opts \\ []) when is_integer(id) do
    id |> Repo.get(User) |> Map.put(:a, "x #{id}")
  end

  # A comment.
  def get(nil, _), do: nil

  @impl true
  defp helper(x), do: x + 1
  def a ~> b, do: a
  def no_args, do: :ok
  def ok?, do: true

  @doc """
  Is it?
  """
  defmacro is_foo(x) do
    quote do
      unquote(x)
    end
  end

  defguard is_ok(x) when x == 1
  defdelegate size(m), to: Map
  def unquote(name)(), do: 1

  defmodule Nested do
    def inner, do: 1
  end
end

defprotocol Size do
  def size(data)
end

defimpl Size, for: Map do
  def size(map), do: map_size(map)
end

defmodule App.Error do
  defexception [:message]
end
