user.posts.where(active: true, "name" => 1).each do |post|
  post&.update!(title: clean(post.title), **defaults)
end
puts "a", *list
Net::HTTP.get(uri)
Foo::bar(1)
super(a, b)
callback.(1)
yield x
plain_call
self.class.build 1, 2, &block
items.map(&:name)
Point.new x: 1
obj.method = 3

namespace :db do
  task :migrate => :environment do
    sh "ls"
  end
end
