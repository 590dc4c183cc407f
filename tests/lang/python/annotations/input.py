from typing import Annotated, Literal, TypeAlias

Vector: TypeAlias = list[float]
type Point[T] = tuple[T, T]
type Names = "list[str]"


class Node[T: (int, str), *Ts, **P](Generic[T]):
    left: Node | None = None
    right: "Node | None"
    mode: Literal["r", "w"]
    doc: Annotated["Node", "not a type", Field(gt=1)]
    maybe: Optional["Node"]


def f(a: int, b: "Node" = None, *args: str, **kw: dict[str, "Node"]) -> "Result":
    x: list[Node] = cast("Node", a)
    return x


def g[T](x: T) -> T: return x
