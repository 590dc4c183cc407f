defmodule A do
  use Ecto.Schema, opts: 1
  import Ecto.Query, only: [from: 2]
  alias App.{Repo, Post.Comment}
  alias App.Mailer, as: M
  alias __MODULE__.Inner
  require Logger
end
