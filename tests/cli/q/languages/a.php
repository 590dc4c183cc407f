<?php
use Other\Thing;
const LIMIT = 1;
interface Area { public function area(); }
trait Named { public function name() { return make(); } }
class Square implements Area { private $side; public function area() { throw new Error("x"); } }
enum Kind { case A; }
function make() { return 1; }
