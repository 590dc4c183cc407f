RSpec.describe Square do
  describe "#area" do
    it("is one") { expect(Square.new.area).to eq(1) }
  end
end
