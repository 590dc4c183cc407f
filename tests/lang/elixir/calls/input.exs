IO.puts("a")
user.name
user.posts(1)
Enum.map(list, &transform/1) |> Enum.filter(fn x -> ok(x) end)
fun.(1)
if a do b() else c(1) end
case get(x) do
  {:ok, v} -> use_it(v)
end
build(1, a: 1, b: 2)
raise ArgumentError, message: "bad"
:ets.new(:t, [])
String.upcase "x"
Repo.all
spawn fn -> work() end
%User{name: f(1)}
test "adds", %{conn: conn} do
  assert add(1, 2) == 3
end
