#include <tamis/backends/aten/validate.hpp>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "backends/aten/batch.hpp"

using namespace tamis;
using aten::Streams;

namespace {

const std::vector<Stream> two_streams(2);

std::string said(const at::Tensor& logits, const Streams& streams = two_streams, const aten::Facts& facts = {}) {
  const auto all_is_well = aten::validate(logits, streams, facts, false, 1);
  return all_is_well ? "" : all_is_well.error().message;
}

at::Tensor zeros(at::IntArrayRef shape, at::ScalarType type = at::kFloat) { return at::zeros(shape, type); }

}  // namespace

TEST_CASE("A tensor of logits that cannot be sampled from is named, with its shape or type, and what would be right") {
  CHECK(said(zeros({2, 5})) == "");
  CHECK(said(zeros({2, 5}, at::kHalf)) == "");
  CHECK(said(zeros({2, 5}, at::kBFloat16)) == "");
  CHECK(said({}) == "the logits are an undefined tensor; they must be [rows, vocabulary]");
  CHECK(said(zeros({5})) == "the logits have the shape [5]; they must be [rows, vocabulary], as logits.unsqueeze(0) is");
  CHECK(said(zeros({2, 1, 5})) == "the logits have the shape [2, 1, 5]; they must be [rows, vocabulary]");
  CHECK(said(zeros({2, 5}, at::kDouble)) == "the logits hold Double; they must hold Float, Half or BFloat16");
  CHECK(said(zeros({0, 5})) == "the logits have the shape [0, 5]; there is nothing to draw from");
  CHECK(said(zeros({2, 0})) == "the logits have the shape [2, 0]; there is nothing to draw from");
  CHECK(said(zeros({1}).expand({2, 1 << 23})) ==
        "the logits have the shape [2, 8388608]; a vocabulary has at most 8388607 tokens");
  CHECK(said(zeros({2, 5}).to_sparse()) == "the logits are a sparse tensor; they must be a dense one");
}

TEST_CASE("Streams that do not fit the rows are named") {
  const at::Tensor logits = zeros({2, 5}), longs = zeros({2}, at::kLong);
  CHECK(said(logits, {{1, 2}}) == "there are 1 streams for 2 rows; give one for each row");
  CHECK(said(logits, {longs, longs}) == "");
  CHECK(said(logits, {longs, at::Tensor()}) == "the tensor positions is undefined; it goes with the seeds, [B]");
  CHECK(said(logits, {zeros({2}), longs}) == "the tensor seeds holds Float; it must hold Long");
  CHECK(said(logits, {longs, zeros({3}, at::kLong)}) ==
        "the tensor positions has the shape [3]; it must have [2], a number for each row of the logits");
  CHECK(said(logits, {at::empty({2}, at::TensorOptions(at::kMeta).dtype(at::kLong)), longs}) ==
        "the tensor seeds is on the device meta and the logits are on cpu; they must be on one");
}

TEST_CASE("Facts that do not fit the logits are named") {
  const at::Tensor logits = zeros({2, 70});
  const auto with = [&](at::Tensor aten::Facts::* member, const at::Tensor& t) {
    aten::Facts facts;
    facts.*member = t;
    return said(logits, two_streams, facts);
  };
  CHECK(with(&aten::Facts::output, zeros({2, 70}, at::kInt)) == "");
  CHECK(with(&aten::Facts::bias, zeros({1, 70})) == "");
  CHECK(with(&aten::Facts::allowed, zeros({2, 3}, at::kInt)) == "");
  CHECK(with(&aten::Facts::allowed, zeros({2, 70}, at::kBool)) == "");
  CHECK(with(&aten::Facts::output, zeros({2, 70}, at::kBool)) == "the tensor output holds Bool; it must hold numbers");
  CHECK(with(&aten::Facts::prompt, zeros({70})) ==
        "the tensor prompt has the shape [70]; it must have [2, 70], or [1, 70] for all rows");
  CHECK(with(&aten::Facts::allowed, zeros({2, 70}, at::kInt)) ==
        "the tensor allowed has the shape [2, 70]; it must have [2, 3], or [1, 3] for all rows");
  CHECK(with(&aten::Facts::allowed, zeros({2, 70})) ==
        "the tensor allowed holds Float; it must hold Bool, or Int for 32 tokens a word");
}
