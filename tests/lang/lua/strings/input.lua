-- line
--[[ block
comment ]]
--[==[ leveled ]==]
--- doc
local a = "double \n" .. 'single' .. [[long
string]] .. [==[leveled]==]
local n = 0x1F
goto done
::done::
