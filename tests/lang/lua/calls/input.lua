local json = require("json")
require 'app.boot'
require(name)
obj:call("a", { b = 1 })
print "str"
foo { a = 1 }
M.a.b.c(1, ...)
string.format("%d", tonumber(x))
;(function() end)()
t[1](2)
pcall(M.run, 1)
vim.api.nvim_create_autocmd("X", { callback = function() go() end })
