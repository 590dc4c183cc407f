local json = require("json")
local LIMIT <const> = 1
local Square = { side = 1 }
function Square.make() return setmetatable({}, Square) end
function Square:area() return self.side * LIMIT end
local function helper(a, ...) return json.encode(a) end
counter = 0
local run = function() return helper(counter) end
function test_make() Square.make() end
