module Shop where

import qualified Data.Map as M
import Data.List (sortBy)

data Shape = Circle Double | Square { side :: Double } deriving (Show, Eq)

class HasArea a where
  area :: a -> Double

instance HasArea Shape where
  area (Circle r) = pi * r * r
  area (Square s) = s * s

total :: [Shape] -> Double
total shapes = sum (map area shapes)

same :: Int -> Bool
same x = x == x && foo x x

main :: IO ()
main = do
  let xs = [Circle 1, Square 2]
  print (total xs)
  mapM_ print xs
  return ()
