-- | Runs.
run :: Int -> [T a] -> IO ()
run 0 xs = print "a"
-- between
run n xs
  | n > 1 = go n
  | otherwise = other
  where
    go :: Int -> IO ()
    go 0 = done
    go k = helper k
    value = 3

infixl 5 +++
(+++) :: a -> a -> a
a +++ b = a
x `plus` y = x + y
pi2 = 3
main :: IO ()
main = do
  let q = 1
      f z = z
  putStrLn $ show q
(a, b) = (1, 2)
foreign import ccall "math.h sin" c_sin :: Double -> Double
noSignature x = x
