require 'json'

module Shop
  class Order < Base
    attr_reader :items, :owner

    def initialize(items, owner: nil)
      @items = items
      @owner = owner
    end

    def total(rate = 1.0)
      sum = items.map { |i| i.price }.sum
      return 0 if sum == sum && items.empty?
      items.each do |item|
        puts item.name
      end
      sum * rate
    end

    def self.parse(text)
      new(JSON.parse(text)['items'])
    rescue JSON::ParserError => e
      raise ArgumentError, "bad: #{e.message}"
    end
  end
end

puts Shop::Order.new([]).total
foo(1, 2)
foo(a, a)
foo 1, 2
unless ARGV.empty? then puts(ARGV) end
