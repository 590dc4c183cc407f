module A where
import Prelude
import qualified Data.Map as M
import Data.List (sort, (\\), Foo(..))
import Control.Monad hiding (when)
import Data.Text (Text)
