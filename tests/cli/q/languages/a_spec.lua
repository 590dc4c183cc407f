describe("Square", function()
  it("has an area", function() assert(Square.make()) end)
end)
