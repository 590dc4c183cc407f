<?php
class A {
    public function ok() { return fine(1); }
    public function broken( { $x = ; }
    public function after() { return still(2); }
}
class B { public $p = ; }
function last() {}
