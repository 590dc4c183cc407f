# A comment: puts "no"
=begin
Block comment
=end
a = "text #{call(1)} more"
b = 'plain'
c = %w[one two]
d = %i[one two]
e = :symbol
f = /re#{x.y}/i
g = `ls #{dir}`
h = <<~TEXT
  heredoc #{name.upcase}
  line
TEXT
i = "a" "b"
j = :"quoted #{z}"
k = ?c
# Documents m.
def m(a)
  # inside
  <<-SQL.strip
    SELECT 1
  SQL
end
__END__
data puts "x"
