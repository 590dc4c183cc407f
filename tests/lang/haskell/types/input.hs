{-# LANGUAGE GADTs #-}
-- | Module doc.
module Data.Foo (run, T(..)) where

-- | A type.
data T a = A Int | B { x :: Int, y, z :: !a } | a :+: Int
  deriving (Show, Eq)
newtype N = N { unN :: Int }
data G where
  GA :: Int -> G
  GB, GC :: G
type S = String
class Monad m => Store m where
  -- | Gets.
  get :: Int -> m Int
  get _ = return 1
  (==.), (/=.) :: m -> m -> Bool
  type Key m
instance Show a => Show (T a) where
  show (A n) = "a"
  show _ = "b"
type family F a where
  F Int = Bool
data Empty
