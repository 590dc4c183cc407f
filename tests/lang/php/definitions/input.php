<?php
declare(strict_types=1);

namespace App\Shapes;

const TOP = 1, SECOND = 2;
define('LEGACY', [1, 2]);

/**
 * A point.
 */
#[Entity(table: "points")]
final class Point extends Base implements Shape, \Countable
{
    use Loggable, Cached { log as protected logIt; }

    public const ORIGIN = [0, 0];
    private const string A = 'a', B = 'b';

    /** The label. */
    protected ?string $label = null;
    private static array $cache = [], $other;
    public readonly int $id;

    public function __construct(private int $x, protected readonly ?Foo $y = null, int $plain = 0)
    {
    }

    // Adds.
    #[Pure]
    public static function add(self $a, int|float ...$rest): static
    {
        function inner() {}
        $f = fn (int $n): int => $n * 2;
        $o = new class(1) extends Base {
            public $z;
            public function run(): void {}
        };
    }

    abstract protected function todo(array &$list): ?array;
}

interface Shape extends A, B
{
    const KIND = 'shape';
    public function area(): float;
}

trait Loggable
{
    private function log(string $m) { echo $m; }
}

enum Suit: string implements HasLabel
{
    case Hearts = 'H';
    case Spades = 'S';
    const Wild = self::Spades;
    public function label(): string { return ucfirst($this->value); }
}

function helper(int $a, $b = PHP_EOL): string { return "$a"; }

if (!function_exists('late')) {
    function late() {}
}
