#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tamis/core/half.hpp>
#include <tamis/testing/conform_batch.hpp>
#include <tamis/testing/conform_page.hpp>

#include "exact.hpp"

namespace nb = nanobind;

namespace tamis::python {

namespace {

using AnyArray = nb::ndarray<nb::ro>;

[[noreturn]] void refuse(const std::string& sentence) { throw nb::value_error(sentence.c_str()); }

std::string shape_of(const AnyArray& array) {
  std::string text = "(";
  for (std::size_t i = 0; i < array.ndim(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(array.shape(i));
  return text + (array.ndim() == 1 ? ",)" : ")");
}

/// An array of NumPy, torch or whoever speaks DLPack, in this machine's memory.
AnyArray array_of(nb::handle object, const std::string& name) {
  AnyArray array;
  if (!nb::try_cast(object, array)) {
    refuse(name + " is a " + nb::cast<std::string>(nb::handle(object.type()).attr("__name__")) +
           " that cannot be read as an array of numbers; give a NumPy array or a torch tensor on "
           "the CPU");
  }
  if (array.device_type() != nb::device::cpu::value)
    refuse(name + " is not in the memory of the CPU; move it there with .cpu()");
  if (array.ndim() != 1 && array.ndim() != 2)
    refuse(name + " has the shape " + shape_of(array) + "; it must have one dimension or two");
  return array;
}

bool is_contiguous(const AnyArray& array) {
  std::int64_t stride = 1;
  for (std::size_t i = array.ndim(); i-- > 0;) {
    if (array.shape(i) > 1 && array.stride(i) != stride) return false;
    stride *= static_cast<std::int64_t>(array.shape(i));
  }
  return true;
}

/// Calls `see` with the address of each element, row after row.
template <class See>
void for_each_element(const AnyArray& array, See&& see) {
  const bool two = array.ndim() == 2;
  const std::size_t rows = two ? array.shape(0) : 1, columns = array.shape(array.ndim() - 1);
  const std::int64_t bytes = array.dtype().bits / 8;
  const std::int64_t down = two ? array.stride(0) * bytes : 0,
                     along = array.stride(array.ndim() - 1) * bytes;
  const char* data = static_cast<const char*>(array.data());
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < columns; ++i)
      see(data + static_cast<std::int64_t>(row) * down + static_cast<std::int64_t>(i) * along);
}

template <class T>
T at(const char* address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

/// Rows of logits: those of the caller where they are float32 and lie one after the other, else a
/// copy.
struct Logits {
  AnyArray array;  ///< keeps the caller's alive
  std::vector<float> copy;
  std::span<const float> values;
  std::vector<std::size_t> shape;

  explicit Logits(nb::handle object) : array(array_of(object, "logits")) {
    for (std::size_t i = 0; i < array.ndim(); ++i) shape.push_back(array.shape(i));
    if (array.size() == 0)
      refuse("logits has the shape " + shape_of(array) + "; it must hold one token at least");
    if (array.dtype() == nb::dtype<float>() && is_contiguous(array)) {
      values = {static_cast<const float*>(array.data()), array.size()};
      return;
    }
    copy.reserve(array.size());
    const nb::dlpack::dtype type = array.dtype();
    const auto code = static_cast<nb::dlpack::dtype_code>(type.code);
    if (type == nb::dtype<float>()) {
      for_each_element(array, [&](const char* x) { copy.push_back(at<float>(x)); });
    } else if (type == nb::dtype<double>()) {
      for_each_element(array, [&](const char* x) { copy.push_back(narrowed(at<double>(x))); });
    } else if (code == nb::dlpack::dtype_code::Float && type.bits == 16) {
      for_each_element(array,
                       [&](const char* x) { copy.push_back(float_of_half(at<std::uint16_t>(x))); });
    } else if (code == nb::dlpack::dtype_code::Bfloat && type.bits == 16) {
      for_each_element(array, [&](const char* x) {
        copy.push_back(std::bit_cast<float>(std::uint32_t{at<std::uint16_t>(x)} << 16));
      });
    } else {
      refuse(
          "logits hold no floating-point numbers; they must be float32, float64, float16 or "
          "bfloat16");
    }
    values = copy;
  }

  std::size_t rows() const { return shape.size() == 2 ? shape[0] : 1; }
  std::size_t vocab_size() const { return shape.back(); }

 private:
  /// To infinity where it is too great, so that a sampler says so.
  static float narrowed(double x) {
    constexpr double most = std::numeric_limits<float>::max();
    return x > most ? HUGE_VALF : x < -most ? -HUGE_VALF : static_cast<float>(x);
  }
};

/// Token ids, row after row.
std::vector<TokenId> tokens_of(const AnyArray& array, const std::string& name) {
  const nb::dlpack::dtype type = array.dtype();
  const auto code = static_cast<nb::dlpack::dtype_code>(type.code);
  const bool is_signed = code == nb::dlpack::dtype_code::Int,
             is_whole = is_signed || code == nb::dlpack::dtype_code::UInt;
  if (!is_whole) refuse(name + " must hold whole numbers, the ids of tokens");
  std::vector<TokenId> ids;
  ids.reserve(array.size());
  for_each_element(array, [&](const char* x) {
    std::int64_t id = 0;
    switch (type.bits) {
      case 8:
        id = is_signed ? at<std::int8_t>(x) : at<std::uint8_t>(x);
        break;
      case 16:
        id = is_signed ? at<std::int16_t>(x) : at<std::uint16_t>(x);
        break;
      case 32:
        id = is_signed ? at<std::int32_t>(x) : std::int64_t{at<std::uint32_t>(x)};
        break;
      default:
        id = at<std::int64_t>(x);
        break;
    }
    if (id < std::numeric_limits<TokenId>::min() || id > std::numeric_limits<TokenId>::max())
      refuse(name + " holds " + std::to_string(id) + ", which is no token id; they have 32 bits");
    ids.push_back(static_cast<TokenId>(id));
  });
  return ids;
}

Question question_of(const Logits& logits, const std::string& pipeline, nb::handle history,
                     std::int64_t prompt_length) {
  Question question{pipeline, logits.values, logits.vocab_size(), {}, 0};
  if (!history.is_none()) {
    const AnyArray array = array_of(history, "history");
    if (array.ndim() != 1)
      refuse("history has the shape " + shape_of(array) + "; it must have one dimension");
    if (array.size() > 0) question.history = tokens_of(array, "history");
  }
  for (const TokenId id : question.history) {
    if (id < 0 || static_cast<std::size_t>(id) >= question.vocab_size) {
      refuse("history has the token " + std::to_string(id) +
             "; the logits are of the tokens 0 to " + std::to_string(question.vocab_size - 1));
    }
  }
  if (prompt_length < 0 || static_cast<std::size_t>(prompt_length) > question.history.size()) {
    refuse("prompt_length is " + std::to_string(prompt_length) + "; it must be from 0 to " +
           std::to_string(question.history.size()) + ", the length of the history");
  }
  question.prompt_length = static_cast<std::size_t>(prompt_length);
  return question;
}

/// Runs `work` without the lock of the interpreter; raises what it refuses.
template <class Work>
auto unlocked(Work&& work) {
  auto result = [&] {
    nb::gil_scoped_release release;
    return work();
  }();
  if (!result) refuse(result.error().message);
  return *std::move(result);
}

template <class T>
nb::object numpy_of(std::vector<T> values, std::vector<std::size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, T>(kept->data(), shape.size(), shape.data(), owner));
}

nb::object distribution(nb::handle rows, const std::string& pipeline, nb::handle history,
                        std::int64_t prompt_length) {
  const Logits logits(rows);
  const Question question = question_of(logits, pipeline, history, prompt_length);
  auto all = unlocked([&]() -> Result<std::vector<double>> {
    const auto solved = solve(question, Backend::eigen);
    if (!solved) return solved.error();
    std::vector<double> probabilities;
    for (const SolvedPipeline& row : *solved) {
      const auto p = row.probabilities();
      probabilities.insert(probabilities.end(), p.begin(), p.end());
    }
    return probabilities;
  });
  return numpy_of(std::move(all), logits.shape);
}

nb::object sample(nb::handle rows, const std::string& pipeline,
                  const std::vector<std::uint64_t>& seeds, std::uint64_t position, std::int64_t n,
                  nb::handle history, std::int64_t prompt_length) {
  const Logits logits(rows);
  const Question question = question_of(logits, pipeline, history, prompt_length);
  if (n < 1) refuse("n is " + std::to_string(n) + "; it must be 1 or more");
  if (seeds.size() != 1 && seeds.size() != question.rows()) {
    refuse("seed holds " + std::to_string(seeds.size()) + " numbers for " +
           std::to_string(question.rows()) + " rows; give one number, or one a row");
  }
  const auto count = static_cast<std::size_t>(n);
  auto tokens = unlocked([&]() -> Result<std::vector<TokenId>> {
    const auto solved = solve(question, Backend::team);
    if (!solved) return solved.error();
    std::vector<TokenId> drawn(count * solved->size());
    for (std::size_t row = 0; row < solved->size(); ++row) {
      const std::uint64_t seed = seeds.size() == 1 ? seeds[0] + row : seeds[row];
      draw((*solved)[row], seed, position, std::span(drawn).subspan(row * count, count));
    }
    return drawn;
  });
  std::vector<std::size_t> shape = {count};
  if (logits.shape.size() == 2) shape.insert(shape.begin(), logits.shape[0]);
  return numpy_of(std::move(tokens), std::move(shape));
}

/// The verdict, with what it was made of.
struct Conformance {
  testing::ConformBatchReport report;
  std::vector<std::vector<double>> probabilities;
  std::vector<testing::DrawCounts> drawn;
  std::string pipeline;

  std::string html(const std::string& title) const {
    return testing::conform_page(report, probabilities, drawn, {title, pipeline});
  }
};

Conformance conform(nb::handle rows, const std::string& pipeline, nb::handle draws, double alpha,
                    nb::handle history, std::int64_t prompt_length) {
  const Logits logits(rows);
  const Question question = question_of(logits, pipeline, history, prompt_length);
  const AnyArray array = array_of(draws, "draws");
  const bool fits = array.ndim() == logits.shape.size() &&
                    (array.ndim() == 1 || array.shape(0) == logits.shape[0]);
  if (!fits) {
    refuse("draws has the shape " + shape_of(array) + " and logits " + shape_of(logits.array) +
           "; logits [V] take draws [N], logits [B, V] take draws [B, N]");
  }
  if (array.size() == 0) refuse("draws is empty; give the tokens that were drawn");
  if (!(alpha > 0 && alpha < 1)) {
    refuse("alpha is " + nb::cast<std::string>(nb::str(nb::float_(alpha))) +
           "; it must be more than 0 and less than 1");
  }
  const std::vector<TokenId> tokens = tokens_of(array, "draws");
  return unlocked([&]() -> Result<Conformance> {
    const auto solved = solve(question, Backend::eigen);
    if (!solved) return solved.error();
    Conformance found;
    found.pipeline = pipeline;
    const std::size_t each = tokens.size() / solved->size();
    for (std::size_t row = 0; row < solved->size(); ++row) {
      found.probabilities.push_back((*solved)[row].probabilities());
      found.drawn.emplace_back(std::span(tokens).subspan(row * each, each), question.vocab_size);
    }
    found.report = testing::conform_batch(found.probabilities, found.drawn, alpha);
    if (found.report.tells_nothing) {
      return Error{
          "the draws are too few to tell: there are no two groups of tokens that are expected five "
          "times each; "
          "give more draws"};
    }
    return found;
  });
}

nb::dict dict_of(const testing::ConformReport& r) {
  nb::dict row;
  row["passed"] = r.passed();
  row["p_value"] = r.p_value;
  row["draws"] = r.total_variation.draws;
  row["outside"] = r.support.outside;
  row["outside_example"] = r.support.example;
  row["chi_squared"] = r.chi_squared.statistic;
  row["degrees_of_freedom"] = r.chi_squared.degrees_of_freedom;
  row["chi_squared_p_value"] = r.chi_squared.p_value;
  row["g"] = r.g_test.statistic;
  row["g_p_value"] = r.g_test.p_value;
  row["rare_token_p_value"] = r.rare_tokens.p_value;
  row["total_variation"] = r.total_variation.distance;
  row["total_variation_expected"] = r.total_variation.expected;
  row["total_variation_at_least"] = r.total_variation.at_least;
  row["total_variation_at_most"] = r.total_variation.at_most;
  return row;
}

}  // namespace

}  // namespace tamis::python

NB_MODULE(_core, m) {
  using namespace tamis::python;
  using namespace nb::literals;
  m.doc() = "What tamis stands on; see there.";
  m.def("distribution", &distribution, "logits"_a.none(), "pipeline"_a, "history"_a.none(),
        "prompt_length"_a);
  m.def("sample", &sample, "logits"_a.none(), "pipeline"_a, "seeds"_a, "position"_a, "n"_a,
        "history"_a.none(), "prompt_length"_a);
  m.def("conform", &conform, "logits"_a.none(), "pipeline"_a, "draws"_a.none(), "alpha"_a,
        "history"_a.none(), "prompt_length"_a);
  nb::class_<Conformance>(m, "Conformance", "What tamis.conform found.")
      .def_prop_ro(
          "passed", [](const Conformance& c) { return c.report.passed(); },
          "Whether the sampler conforms.")
      .def_prop_ro(
          "p_value", [](const Conformance& c) { return c.report.p_value; },
          "The probability that a correct sampler looks as wrong, over all tests and rows; 0 if a "
          "token was drawn that "
          "cannot be.")
      .def_prop_ro(
          "alpha", [](const Conformance& c) { return c.report.false_alarm_rate; },
          "How often a correct sampler is found wrong.")
      .def_prop_ro(
          "worst_row", [](const Conformance& c) { return c.report.worst; },
          "The row with the least p-value.")
      .def_prop_ro(
          "rows",
          [](const Conformance& c) {
            nb::list rows;
            for (const auto& row : c.report.rows) rows.append(dict_of(row));
            return rows;
          },
          "What each test found, a dict a row.")
      .def_prop_ro(
          "verdict", [](const Conformance& c) { return verdict_of(c.report); },
          "The verdict in a sentence.")
      .def("html", &Conformance::html, "title"_a = "Does the sampler conform?",
           "A page with the verdict, each test, and expected against drawn as a picture; it loads "
           "nothing.")
      .def(
          "report_html",
          [](const Conformance& c, nb::handle path, const std::string& title) {
            const nb::object file =
                nb::module_::import_("builtins").attr("open")(path, "w", "encoding"_a = "utf-8");
            file.attr("write")(c.html(title));
            file.attr("close")();
          },
          "path"_a, "title"_a = "Does the sampler conform?", "Writes the page of html() to a file.")
      .def("__bool__", [](const Conformance& c) { return c.report.passed(); })
      .def("__repr__", [](const Conformance& c) { return "<" + verdict_of(c.report) + ">"; });
}
