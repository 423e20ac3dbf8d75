#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tamis::guided {

/// What a schema's `format` asks of a string.
struct StringFormat {
  std::string pattern;  ///< that the whole string matches; empty: anything
};

/// The format of a name; nothing, if it is not known here.
///
/// Source: JSON Schema validation, section 7.3; RFC 3339, 5321, 1123, 4291, 3986, 4122, 6901. Dates know how many days
/// a month has, in leap years too.
inline std::optional<StringFormat> string_format(std::string_view name) {
  const std::string leap = "([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
  const std::string date =
      "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
      ")|" +
      leap + "-02-29)";
  const std::string time =
      "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([zZ]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
  const std::string label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  const std::string byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  const std::string ipv4 = byte + "(\\." + byte + "){3}";
  const std::string atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
  const std::string unreserved = "[a-zA-Z0-9._~-]", escaped = "%[0-9a-fA-F]{2}", delimiters = "[!$&'()*+,;=]";
  const std::string pchar = "(" + unreserved + "|" + escaped + "|" + delimiters + "|[:@])";
  const std::string tail = "(\\?(" + pchar + "|[/?])*)?(#(" + pchar + "|[/?])*)?";
  const std::string h16 = "[0-9a-fA-F]{1,4}";
  std::string ipv6 = "(" + h16 + ":){7}" + h16;
  for (int before = 0; before <= 7; ++before) {  // so many groups before the two colons, the others after them
    const std::string front = before == 0 ? "" : h16 + "(:" + h16 + "){" + std::to_string(before - 1) + "}";
    const int most = 7 - before;
    ipv6 += "|" + front + "::" + (most == 0 ? "" : "(" + h16 + "(:" + h16 + "){0," + std::to_string(most - 1) + "})?");
    if (most >= 2) ipv6 += "|" + front + "::(" + h16 + ":){0," + std::to_string(most - 2) + "}" + ipv4;
  }
  ipv6 += "|(" + h16 + ":){6}" + ipv4;
  const std::string host = "(\\[(" + ipv6 + ")\\]|(" + unreserved + "|" + escaped + "|" + delimiters + ")*)";
  const std::string authority = "((" + unreserved + "|" + escaped + "|" + delimiters + "|:)*@)?" + host + "(:[0-9]*)?";
  const std::string uri = "[a-zA-Z][a-zA-Z0-9+.-]*:(//" + authority + "(/" + pchar + "*)*|/(" + pchar + "+(/" + pchar +
                          "*)*)?|" + pchar + "+(/" + pchar + "*)*|)" + tail;

  if (name == "date") return StringFormat{date};
  if (name == "time") return StringFormat{time};
  if (name == "date-time") return StringFormat{date + "[tT]" + time};
  if (name == "duration") {
    const std::string clock = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";
    const std::string days = "([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)";
    return StringFormat{"P(" + days + "(" + clock + ")?|" + clock + "|[0-9]+W)"};
  }
  if (name == "email") return StringFormat{atom + "(\\." + atom + ")*@" + label + "(\\." + label + ")*"};
  if (name == "hostname") return StringFormat{label + "(\\." + label + ")*"};
  if (name == "ipv4") return StringFormat{ipv4};
  if (name == "ipv6") return StringFormat{ipv6};
  if (name == "uri") return StringFormat{uri};
  if (name == "uri-reference")
    return StringFormat{uri + "|(//" + authority + "(/" + pchar + "*)*|/(" + pchar + "+(/" + pchar + "*)*)?|(" +
                        unreserved + "|" + escaped + "|" + delimiters + "|@)+(/" + pchar + "*)*|)" + tail};
  if (name == "uuid")
    return StringFormat{"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"};
  if (name == "json-pointer") return StringFormat{"(/([^~/]|~[01])*)*"};
  if (name == "relative-json-pointer") return StringFormat{"(0|[1-9][0-9]*)(#|(/([^~/]|~[01])*)*)"};
  // Marks for programs, of OpenAPI and others, that say nothing of the text.
  for (const char* mark : {"int32", "int64", "float", "double", "byte", "binary", "password"})
    if (name == mark) return StringFormat{};
  return std::nullopt;
}

}  // namespace tamis::guided
