module A where
-- line
{- block
   comment -}
-- | Doc.
a :: String
a = "text \n" ++ ['c']
b = 1 -- ^ behind
c :: Maybe Int -> Either String a
c x = undefined
