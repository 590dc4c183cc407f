<?php
$user->posts()->where('a', 1)->first();
$user?->name();
Foo\Bar::make(...$args);
self::build(a: 1, b: $c);
parent::__construct($x);
\strlen($s);
namespace\local();
new Point(1, 2);
new \App\Line();
$callback(1);
($this->handler)(2);
$this->items[0]->run();
array_map(fn ($x) => trim($x), $list);
$class::create();
print_r(strtoupper(...));
