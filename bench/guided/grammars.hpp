#pragma once

/// \file grammars.hpp
/// Grammars and schemas to measure, each with a text. They were written before anything was tuned
/// on them; and on `untuned` nothing may be tuned.

namespace bench_guided {

inline constexpr const char* json_text =
    R"({"name": "Ada Lovelace", "born": 1815, "tags": ["math", "first programmer"], "address": {"street": "12 St James's Square", "zip": null, "geo": [51.5072, -0.1276]}, "notes": "She wrote:\n\"The Analytical Engine\" weaves patterns, caf\u00e9 \u4f60\u597d.", "ok": true, "nested": [[1, 2], [3, [4, {"a": [true, false]}]]]})";

struct Named {
  const char *name, *grammar, *text;
};

inline constexpr Named grammars[] = {
    {"C",
     R"g(root ::= (stmt)* 
stmt ::= type ws1 ident ws "=" ws expr ";" ws | "if" ws "(" expr ")" ws block | "while" ws "(" expr ")" ws block | "return" ws1 expr ";" ws | expr ";" ws | block
block ::= "{" ws stmt* "}" ws
type ::= "int" | "float" | "char"
expr ::= expr ws op ws expr | "(" ws expr ws ")" | ident | num | ident "(" ws (expr (ws "," ws expr)*)? ")" | "!" expr
op ::= "+" | "-" | "*" | "/" | "==" | "<" | ">" | "&&" | "||" | "="
ident ::= [a-zA-Z_] [a-zA-Z0-9_]*
num ::= [0-9]+ ("." [0-9]+)?
ws ::= [ \n\t]*
ws1 ::= [ \n\t]+
)g",
     "int total = 0;\nint i = 0;\nwhile (i < 10 && total < limit(i)) {\n  total = total + i * (2 - "
     "x);\n  if (total == "
     "42) { return total; }\n  i = i + 1;\n}\nreturn total;\n"},
    {"C, ambiguous",
     R"g(root ::= ws (stmt ws)* 
stmt ::= type ws1 ident ws "=" ws expr ws ";" ws | "if" ws "(" expr ")" ws block | "while" ws "(" expr ")" ws block | "return" ws1 expr ws ";" ws | expr ws ";" ws | block
block ::= "{" ws stmt* "}" ws
type ::= "int" | "float" | "char"
expr ::= expr ws op ws expr | "(" ws expr ws ")" | ident | num | ident "(" ws (expr (ws "," ws expr)*)? ")" | "!" expr
op ::= "+" | "-" | "*" | "/" | "==" | "<" | ">" | "&&" | "||" | "="
ident ::= [a-zA-Z_] [a-zA-Z0-9_]*
num ::= [0-9]+ ("." [0-9]+)?
ws ::= [ \n\t]*
ws1 ::= [ \n\t]+
)g",
     "int total = 0;\nint i = 0;\nwhile (i < 10 && total < limit(i)) {\n  total = total + i * (2 - "
     "x);\n  if (total == "
     "42) { return total; }\n  i = i + 1;\n}\nreturn total;\n"},
    {"SQL",
     R"g(root ::= "SELECT " cols " FROM " ident (" WHERE " cond)? (" ORDER BY " ident (" ASC" | " DESC")?)? ";"
cols ::= "*" | col (", " col)*
col ::= ident ("." ident)? | func "(" ident ")"
func ::= "COUNT" | "SUM" | "AVG"
cond ::= cond " AND " cond | cond " OR " cond | "(" cond ")" | ident " " cmp " " val
cmp ::= "=" | "<" | ">" | "<=" | "LIKE"
val ::= [0-9]+ | "'" [^']* "'"
ident ::= [a-z_] [a-z0-9_]*
)g",
     "SELECT name, COUNT(orders), users.email FROM users WHERE age > 30 AND (city = 'New York' OR "
     "name LIKE 'Jo%') "
     "ORDER BY name DESC;"},
    {"XML",
     R"g(root ::= elem
elem ::= "<" name (" " name "=\"" [^"<&]* "\"")* (">" (text | elem)* "</" name ">" | "/>")
text ::= [^<&]
name ::= [a-zA-Z] [a-zA-Z0-9_-]*
)g",
     "<note date=\"2024-01-01\"><to>Tove</to>\n  <body>Don't forget <b>me</b> this weekend! "
     "<br/></body></note>"},
    {"markdown",
     R"g(root ::= block+
block ::= heading | list | para
heading ::= "#"{1,6} " " inline "\n\n"
list ::= ("- " inline "\n")+ "\n"
para ::= inline "\n\n"
inline ::= (word | "**" word+ "**" | "`" [^`\n]+ "`" | "[" [^\]\n]* "](" [^)\n ]* ")")+
word ::= [^*`\[\]\n#]
)g",
     "# A title here\n\nSome **bold words** and `code()` with a [link](http://a.b/c).\n\n- item "
     "one\n- item "
     "**two**\n\n"},
    {"lambda",
     R"g(root ::= term
term ::= app | abs
abs ::= ("\\" | "λ") var "." " "? term
app ::= app " " atom | atom
atom ::= var | "(" term ")"
var ::= [a-z]+
)g",
     "\\x. \\foo. foo (x bar) (\\y. y y)"},
};

inline constexpr Named untuned[] = {
    {"TOML",
     R"g(root ::= (line? "\n")*
line ::= blank (table | pair)? blank ("#" [^\n]*)?
table ::= "[" key ("." key)* "]"
pair ::= key blank "=" blank value
key ::= [A-Za-z0-9_-]+ | string
value ::= string | number | "true" | "false" | "[" blank (value blank ("," blank value blank)*)? "]" | "{" blank (pair blank ("," blank pair blank)*)? "}"
string ::= "\"" ([^"\\\n] | "\\" ["\\nrt])* "\"" | "'" [^'\n]* "'"
number ::= "-"? [0-9]+ ("." [0-9]+)? ([eE] [+-]? [0-9]+)?
blank ::= [ \t]*
)g",
     "# A package\n[package]\nname = \"tamis\"\nversion = '0.4.1'\nkeywords = [ \"sampling\", "
     "'llm' ]\n\n[dependencies.eigen]\n"
     "version = \"3.4\"  # or later\nfeatures = { simd = true, threads = 4, scale = -1.5e3 }\n"},
    {"Lisp",
     R"g(root ::= space form+
form ::= (atom | string | "(" space form* ")" | "'" form) space
atom ::= [a-zA-Z0-9+*/<>=!?_-]+
string ::= "\"" ([^"\\] | "\\" .)* "\""
space ::= ([ \n\t] | ";" [^\n]* "\n")*
)g",
     "; a list\n(define (fact n)\n  (if (<= n 1) 1 (* n (fact (- n 1)))))\n(display \"ten: \" '(a "
     "b \"c\\n\") (fact 10))\n"},
};

inline constexpr Named schemas[] = {
    {"4 fields",
     R"s({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"ok":{"type":"boolean"},"score":{"type":"number"}},"required":["name","age","ok","score"],"additionalProperties":false})s",
     R"({"name":"Ada Lovelace","age":36,"ok":true,"score":-1.5})"},
    {"maxLength 512", R"s({"type":"string","maxLength":512})s",
     R"("It was the best of times, it was the worst of times")"},
    {"maxLength 1e5", R"s({"type":"string","maxLength":100000})s",
     R"("It was the best of times, it was the worst of times")"},
    {"maxLength 40", R"s({"type":"string","maxLength":40})s",
     R"("It was the best of times, it was the wo")"},
    {"minLength 200", R"s({"type":"string","minLength":200})s",
     R"("It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness")"},
    {"array 1..1000",
     R"s({"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":1000})s",
     "[1,22,333,4444,-5,0,7,8,9,10,11,12,13]"},
};

}  // namespace bench_guided
