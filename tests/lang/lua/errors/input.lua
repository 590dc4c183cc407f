local function ok() fine(1) end
local function broken(
  x = = 1
end
local function after() still(2) end
function M.last() end
