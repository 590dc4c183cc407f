<html><body><?php echo title(); ?></body>
<?php
// line comment: call()
# hash comment
/* block */
/** doc block */
function f() {}
$a = 'single';
$b = "double $name {$this->user->name()} ${old} $list[0] $o->p";
$c = <<<HTML
  <b>$title</b> {$x->render('a')}
HTML;
$d = <<<'RAW'
raw $not
RAW;
$e = `ls $dir`;
?>
<p>tail</p>
