-- Configuration.
local config = {
  a = 1,
}
local x, y = 1, 2
LIMIT = 10
M.version = "1.0"
M.list[1] = 2
local late
local const <const> = 5
if ok then
  local branch = 1
end
for i = 1, 3 do local loop = i end
