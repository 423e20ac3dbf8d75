#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace tamis::guided {

/// What a schema's `format` asks of a string.
struct StringFormat {
  std::string pattern;  ///< that the whole string matches; empty: anything
};

namespace detail {

/// Patterns of the parts of what formats name, from RFC 3339, 3986, 3987, 4291, 5321, 6570 and
/// 1123.
struct FormatParts {
  // Neither RFC 3339's year 0, which most libraries refuse, nor leap seconds.
  std::string date =
      "(([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})-((0[13578]|1[02])-(0[1-"
      "9]|[12][0-9]|3[01])|"
      "(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|"
      "([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)";
  std::string time =
      "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([zZ]|[+-]([01][0-9]|2[0-3]):[0-5][0-9]"
      ")";
  std::string label = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  std::string host_name = label + "(\\." + label + ")*";
  std::string ipv4 =
      "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-"
      "9])";
  /// What RFC 3987 lets stand beside ASCII.
  std::string beyond_ascii = "\\x{A0}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFEF}\\x{10000}-\\x{1FFFD}";

  std::string ipv6() const {
    const std::string h16 = "[0-9a-fA-F]{1,4}";
    std::string out = "(" + h16 + ":){7}" + h16;
    for (int before = 0; before <= 7; ++before) {  // so many groups before the two colons, the others after them
      const std::string front = before == 0 ? "" : h16 + "(:" + h16 + "){" + std::to_string(before - 1) + "}";
      const int most = 7 - before;
      out += "|" + front + "::" + (most == 0 ? "" : "(" + h16 + "(:" + h16 + "){0," + std::to_string(most - 1) + "})?");
      if (most >= 2) out += "|" + front + "::(" + h16 + ":){0," + std::to_string(most - 2) + "}" + ipv4;
    }
    return out + "|(" + h16 + ":){6}" + ipv4;
  }

  /// Of a URI, or, with more characters, of an IRI; or of a reference to one.
  std::string uri(const std::string& more, bool is_reference) const {
    const std::string unreserved = "[a-zA-Z0-9._~" + more + "-]", escaped = "%[0-9a-fA-F]{2}",
                      delimiters = "[!$&'()*+,;=]", name = unreserved + "|" + escaped + "|" + delimiters,
                      pchar = "(" + name + "|[:@])", segments = "(/" + pchar + "*)*",
                      host = "(\\[(" + ipv6() + ")\\]|(" + name + ")*)",
                      authority = "((" + name + "|:)*@)?" + host + "(:[0-9]*)?",
                      after = "(\\?(" + pchar + "|[/?])*)?(#(" + pchar + "|[/?])*)?",
                      rooted = "//" + authority + segments + "|/(" + pchar + "+" + segments + ")?|";
    const std::string absolute = "[a-zA-Z][a-zA-Z0-9+.-]*:(" + rooted + pchar + "+" + segments + "|)" + after;
    if (!is_reference) return absolute;
    return absolute + "|(" + rooted + "(" + name + "|@)+" + segments + "|)" + after;
  }

  std::string uri_template() const {
    const std::string part = "([a-zA-Z0-9_]|%[0-9a-fA-F]{2})",
                      variable = part + "(\\.?" + part + ")*(:[1-9][0-9]{0,3}|\\*)?";
    return "([!#$&(-;=?-\\[\\]_a-z~" + beyond_ascii + "]|%[0-9a-fA-F]{2}|\\{[+#./;?&]?" + variable + "(," + variable +
           ")*\\})*";
  }

  std::string email(bool is_international) const {
    const std::string more = is_international ? beyond_ascii : "", atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~" + more + "-]+",
                      quoted = "\"([ !#-\\[\\]-~" + more + "]|\\\\[ -~])*\"", one = "[a-zA-Z0-9" + more + "]",
                      part = one + "([a-zA-Z0-9" + more + "-]{0,61}" + one + ")?";
    return "(" + atom + "(\\." + atom + ")*|" + quoted + ")@(" + part + "(\\." + part + ")*|\\[(" + ipv4 + "|IPv6:(" +
           ipv6() + "))\\])";
  }

  /// A pattern as ECMAScript and Python read it, with groups three deep at most: a part of all
  /// patterns.
  std::string regex() const {
    const std::string escape = "\\\\([dDwWsStnrfv]|[\\^$\\\\.*+?()\\[\\]{}|/-])",
                      member = "([a-zA-Z0-9 _.,:;@#%&/!=<>+*?$(){}|'\"~`]|a-z|A-Z|0-9|" + escape + ")",
                      single = "([a-zA-Z0-9 _,:;@#%&/!=<>'\"~`-]|\\.|" + escape + "|\\[\\^?" + member + "+\\])",
                      times = "((\\*|\\+|\\?|\\{([0-9]{1,3},?|[01],[1-9][0-9]{0,2})\\})[?]?)?";
    std::string out = "(" + single + times + "|\\^|\\$)*";
    for (int depth = 0; depth < 3; ++depth)
      out = "((" + single + "|\\((\\?:)?" + out + "(\\|" + out + ")*\\))" + times + "|\\^|\\$)*";
    return out + "(\\|" + out + ")*";
  }
};

/// Formats that drafts, OpenAPI's registry, code generators and editors of forms know, and that ask
/// nothing of a text that a program which validates would hold it to.
inline constexpr std::string_view marks[] = {"int8",
                                             "int16",
                                             "int32",
                                             "int64",
                                             "uint",
                                             "uint8",
                                             "uint16",
                                             "uint32",
                                             "uint64",
                                             "int",
                                             "integer",
                                             "long",
                                             "short",
                                             "number",
                                             "float",
                                             "float32",
                                             "float64",
                                             "double",
                                             "double-int",
                                             "decimal",
                                             "decimal128",
                                             "byte",
                                             "binary",
                                             "base64",
                                             "base64url",
                                             "password",
                                             "char",
                                             "string",
                                             "text",
                                             "textarea",
                                             "markdown",
                                             "commonmark",
                                             "html",
                                             "multiline",
                                             "color",
                                             "color-hex",
                                             "phone",
                                             "tel",
                                             "style",
                                             "url",
                                             "link",
                                             "file",
                                             "path",
                                             "file-path",
                                             "directory",
                                             "image",
                                             "hidden",
                                             "select",
                                             "checkbox",
                                             "radio",
                                             "table",
                                             "tabs",
                                             "grid",
                                             "range",
                                             "rating",
                                             "currency",
                                             "money",
                                             "percent",
                                             "country",
                                             "language",
                                             "locale",
                                             "timezone",
                                             "year",
                                             "month",
                                             "week",
                                             "timestamp",
                                             "unixtime",
                                             "unix-time",
                                             "utc-millisec",
                                             "datetime",
                                             "date-time-local",
                                             "datetime-local",
                                             "time-local",
                                             "partial-date-time",
                                             "int-or-string",
                                             "quantity",
                                             "ports",
                                             "expose",
                                             "subnet_ip_address",
                                             "ip",
                                             "ipv4-cidr",
                                             "cidr",
                                             "mac",
                                             "mac-address",
                                             "uuid4",
                                             "guid",
                                             "id",
                                             "objectid",
                                             "mongo-id",
                                             "semver",
                                             "version",
                                             "media-range",
                                             "mime-type",
                                             "http-date",
                                             "etag",
                                             "jwt",
                                             "json",
                                             "yaml",
                                             "xml",
                                             "css",
                                             "javascript",
                                             "sql",
                                             "bigint",
                                             "boolean",
                                             "bool",
                                             "enum",
                                             "array",
                                             "object",
                                             "name",
                                             "slug",
                                             "key-path",
                                             "uri-path",
                                             "permissive-uri",
                                             "uriref",
                                             "uri-ref",
                                             "fqdn",
                                             "domain",
                                             "ssn",
                                             "zip",
                                             "postal-code",
                                             "zip-code",
                                             "credit-card",
                                             "isbn",
                                             "iban",
                                             "general",
                                             "free-form"};

}  // namespace detail

/// The format of a name; nothing, if it is not known here.
///
/// Source: JSON Schema validation, section 7.3. Dates know how many days a month has, in leap years
/// too. Of `regex` and `idn-hostname` a part is taken: patterns whose groups are three deep at
/// most, and names in ASCII.
inline std::optional<StringFormat> string_format(std::string_view name) {
  const detail::FormatParts parts;
  if (name == "date") return StringFormat{parts.date};
  if (name == "time") return StringFormat{parts.time};
  if (name == "date-time") return StringFormat{parts.date + "[tT]" + parts.time};
  if (name == "duration") {
    const std::string clock = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";
    const std::string days = "([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)";
    return StringFormat{"P(" + days + "(" + clock + ")?|" + clock + "|[0-9]+W)"};
  }
  if (name == "email" || name == "idn-email") return StringFormat{parts.email(name != "email")};
  if (name == "hostname" || name == "host-name") return StringFormat{parts.host_name};
  if (name == "idn-hostname") {  // no label that has a meaning of its own, as xn--... has
    const std::string label = "[a-z0-9]+(-[a-z0-9]+)*";
    return StringFormat{label + "(\\." + label + ")*"};
  }
  if (name == "ipv4" || name == "ip-address") return StringFormat{parts.ipv4};
  if (name == "ipv6") return StringFormat{parts.ipv6()};
  if (name == "uri") return StringFormat{parts.uri("", false)};
  if (name == "uri-reference") return StringFormat{parts.uri("", true)};
  if (name == "iri") return StringFormat{parts.uri(parts.beyond_ascii, false)};
  if (name == "iri-reference") return StringFormat{parts.uri(parts.beyond_ascii, true)};
  if (name == "uri-template") return StringFormat{parts.uri_template()};
  if (name == "uuid")
    return StringFormat{"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"};
  if (name == "json-pointer") return StringFormat{"(/([^~/]|~[01])*)*"};
  if (name == "relative-json-pointer") return StringFormat{"(0|[1-9][0-9]*)(#|(/([^~/]|~[01])*)*)"};
  if (name == "regex") return StringFormat{parts.regex()};
  if (std::find(std::begin(detail::marks), std::end(detail::marks), name) != std::end(detail::marks))
    return StringFormat{};
  return std::nullopt;
}

}  // namespace tamis::guided
