import scala.collection.mutable
import java.util.{List, Map => JMap, Set as JSet, _}
import cats.syntax.all._
import cats.implicits.*
import a.b.C, d.E
import top
import x.y.z as w
export foo.bar
