defmodule A do
  @behaviour Plug
  @typedoc "A T."
  @type t :: %__MODULE__{name: String.t()}
  @typep pair(a) :: {a, a}
  @opaque hidden :: term
  @callback run(a :: integer, list(t)) :: :ok | {:error, term}
  @limit 10
  @table %{
    a: 1
  }
  @enforce_keys [:a]
  @deprecated "Use b/0"
  @spec a() :: integer
  def a, do: @limit
end
