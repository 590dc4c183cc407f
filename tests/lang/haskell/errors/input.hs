module A where
ok :: Int
ok = fine 1
broken = let in where (
after :: Int -> Int
after x = still x
