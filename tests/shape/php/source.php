<?php
namespace Shop;

use Shop\Base\Item;

class Order extends Base implements \Countable
{
    private array $items = [];
    public const LIMIT = 10;

    public function __construct(array $items, ?string $owner = null)
    {
        $this->items = $items;
        parent::__construct($owner);
    }

    public function total(float $rate = 1.0): float
    {
        $sum = 0;
        foreach ($this->items as $key => $item) {
            if ($item === null) { continue; }
            $sum += $item->price();
        }
        if ($sum == $sum) echo "same";
        return array_reduce($this->items, fn($a, $b) => $a + $b, 0) * $rate;
    }

    public static function make(): self { return new Order([]); }
    public function count(): int { return count($this->items); }
}

function foo($a, $b) { return $a . $b; }
echo foo(1, 2), foo($x, $x);
$o = Order::make();
ECHO strlen("a");
