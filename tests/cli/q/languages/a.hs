module Shop.Square (make, Square(..)) where
import qualified Data.Map as Map
import Data.List (sortBy, nub)
type Side = Int
newtype Name = Name String
data Square = Square { side :: Side, name :: Name } | Point
class Sized a where
  size :: a -> Int
  size _ = limit
instance Sized Square where
  size s = side s
limit :: Int
limit = 1
make :: Side -> Square
make n = Square n (helper "x")
  where helper s = Name s
prop_make n = side (make n) == n
