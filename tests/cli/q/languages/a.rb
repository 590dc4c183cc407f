require "set"
module Inner
  LIMIT = 1
  class Square
    def area
      make
    end
    def test_area
      raise ArgumentError
    end
  end
end
