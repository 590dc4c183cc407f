<?php
use Closure;
use App\Models\User;
use App\Models\Post as Article;
use function App\helper, App\other as o;
use const App\LIMIT;
use App\{Foo, Bar\Baz as Qux, function run};
use \Lead\Slash;
require 'vendor/autoload.php';
require_once __DIR__ . '/boot.php';
include($path);
class A { use SomeTrait; }
