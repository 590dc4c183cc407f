print("a", x)
user.posts(1)?.first!.name()
list.filter { $0.ok() }.map(transform)
let p = Point<Int>(x: 1, y: 2)
Foo.Bar(1)
run(a: 1, 2) { go() }
items[0].run()
try await fetch(url)
super.close()
(g)(1)
UIView.animate(withDuration: 1) { done() } completion: { finish() }
Alamofire.Session.default.request(url)
