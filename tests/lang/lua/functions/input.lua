#!/usr/bin/env lua
local M = {}

--- Runs.
-- @param a first
function M.run(a, ...)
  local inner = 1
  local function nested(n) return n end
  return nested(inner)
end

function M:method(x) self.z = x end
local function helper() end
function global() end
function a.b.c.deep() end
local f = function(a) return a end
M.field = function(self) end
local t = { key = function(x) end, n = 2, ["str"] = function() end }

M.handlers = {
  on_open = function(e)
    local g = function() end
  end,
}

return {
  setup = function(opts) helper(opts) end,
}
