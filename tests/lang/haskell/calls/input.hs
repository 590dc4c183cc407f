module Main where
f x = g (h x 1) y
k = M.insert 1 2 m
l = map toUpper . filter ok $ xs
n = a `elem` b
o = fmap show <$> Just 1
p = case q r of
  Just s -> t s
  Nothing -> u
