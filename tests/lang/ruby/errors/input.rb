class A
  def ok
    fine(1)
  end

  def broken(
    x = 
  end

  def after
    still(2)
  end
end

class B
  def more; end
end
