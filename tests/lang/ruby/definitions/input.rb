# frozen_string_literal: true

require "json"
require_relative 'lib/shape'
autoload :Parser, "my/parser"

# All shapes.
module Shapes
  VERSION = "1.0"

  # A point.
  # In the plane.
  class Point < Base::Shape
    include Comparable
    attr_reader :x, :y
    attr_accessor(:label)

    ORIGIN = new(0, 0).freeze

    def initialize(x, y = 0, *rest, key: nil, **options, &block)
      @x = x
      LOCAL_NAME = 1
    end

    # Compares.
    def <=>(other) = x <=> other.x

    def empty; end

    def name=(value)
      @name = value
    end

    def self.parse(text)
      new(*text.split)
    end

    class << self
      def build
      end
    end

    private def hidden
      true
    end

    alias old_name empty
    alias_method :other_name, :empty
    define_method(:dynamic) { |a| a }
  end

  Pair = Struct.new(:left, :right) do
    def swap
      Pair.new(right, left)
    end
  end

  class Shapes::Nested::Deep; end
  class ::Top < Error
  end

  def self.helper(a)
  end

  def mixed_in
  end
end

Shapes::EXTRA = [
  1,
].freeze

def top_level(a, b)
  a + b
end

$global = 1
