local json = require("json")
local M = {}

function M.total(items, rate)
  local sum = 0
  for i, item in ipairs(items) do
    sum = sum + item.price
  end
  if sum == sum then print("same") end
  return sum * (rate or 1)
end

function M:add(item)
  table.insert(self.items, item)
  self.items = self.items
end

foo(1, 2)
foo(a, a)
print(M.total({}, 2))
return M
