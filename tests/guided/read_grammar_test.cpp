#include <tamis/guided/grammar_guide.hpp>
#include <tamis/guided/read_grammar.hpp>

#include "catch.hpp"
#include "every_byte.hpp"

using namespace tamis;
using namespace tamis::guided;

namespace {

struct Accepts {
  explicit Accepts(const std::string& text) {
    const auto grammar = read_grammar(text);
    INFO(text);
    if (!grammar) FAIL(grammar.error().message);
    const auto made = CompiledGrammar::of(*grammar, guided_tests::every_byte());
    if (!made) FAIL(made.error().message);
    compiled = *made;
  }
  bool operator()(const std::string& text) const {
    GrammarGuide guide(compiled);
    return guide.accept_bytes(text) && guide.can_stop();
  }
  std::shared_ptr<const CompiledGrammar> compiled;
};

std::string fault_of(const std::string& text) {
  const auto grammar = read_grammar(text);
  return grammar ? "" : grammar.error().message;
}

}  // namespace

TEST_CASE("GBNF is read: the arithmetic of llama.cpp's examples") {
  const Accepts accepts(R"g(
# a comment
root  ::= (expr "=" ws term "\n")+
expr  ::= term ([-+*/] term)*
term  ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]* ws
num   ::= [0-9]+ ws
ws    ::= [ \t\n]*
)g");
  CHECK(accepts("x+1=3\n"));
  CHECK(accepts("(a_1 *2)-3 = y\nx=1\n"));
  CHECK_FALSE(accepts("x+=3\n"));
  CHECK_FALSE(accepts("x=3"));
}

TEST_CASE("GBNF has counts, any character, negated classes and codes") {
  const Accepts accepts(R"g(root ::= "a"{2,3} [^x\n\]] . "é"? [\x41-\u0043] | <b>
                           <b> ::= 'q'{0,} "!"{1})g");
  CHECK((accepts("aab\nA") && accepts("aaa-xéC") && accepts("qqq!") && accepts("!")));
  CHECK_FALSE((accepts("aax.A") || accepts("aa].A") || accepts("ab.A")));
}

TEST_CASE("EBNF of ISO is read, with left recursion") {
  const Accepts accepts(R"g(
(* sums *)
sum = sum , "+" , product | product ;
product = product , "*" , factor | factor ;
factor = [ "-" ] , digit , { digit } | "(" , sum , ")" | 3 * "x" ;
digit = "0" | "1" | "2" ;
)g");
  CHECK((accepts("1+2*0") && accepts("-12*(1+2)+xxx") && accepts("0")));
  CHECK_FALSE((accepts("1+") || accepts("xx") || accepts("--1")));
}

TEST_CASE("Lark's grammars are read: terminals, patterns, what is ignored, aliases") {
  const Accepts accepts(R"g(
?start: sum
?sum: product
    | sum "+" product   -> add
    | sum "-" product   -> sub
?product: atom
    | product "*" atom  -> mul  // a comment
?atom: NUMBER           -> number
     | "-" atom         -> neg
     | NAME "(" [sum ("," sum)*] ")"
     | /0x[0-9a-f]+/i
     | "(" sum ")"
     | "pi"i ~ 1..2
NAME.2: ("a".."z" | "_")+
%import common.NUMBER
%import common.WS_INLINE
%ignore WS_INLINE
)g");
  CHECK((accepts("1 + 2*( 3 - -x( ) )") && accepts(" f(1, 2.5e3)") && accepts("0XfF") && accepts("Pi") &&
         accepts("pipi")));
  CHECK_FALSE((accepts("1 +") || accepts("f(1,)") || accepts("1 1") || accepts("pipipi")));
}

TEST_CASE("What is wrong with a grammar is said with its line") {
  CHECK(fault_of("root ::= \"a\"\nb ::= (\"x\"") == "the grammar is wrong at line 2: ')' is expected");
  CHECK(fault_of("root ::= a") == "the grammar's rule 'a' is called, but nowhere defined");
  CHECK(fault_of("") == "the grammar has no rule; write one, as in: root ::= \"yes\" | \"no\"");
  CHECK(fault_of("root ::= \"a").find("no closing") != std::string::npos);
  CHECK(fault_of("root ::= [a").find("]") != std::string::npos);
  CHECK(fault_of("root ::= \"a\"\nroot ::= \"b\"").find("defined twice") != std::string::npos);
  CHECK(fault_of("root ::= \"a\"{3,1}").find("ends before it begins") != std::string::npos);
  CHECK(fault_of("root ::= <[12]>").find("token by its number") != std::string::npos);
  CHECK(fault_of("root ::= " + std::string(5000, '(')).find("nested") != std::string::npos);
  CHECK(fault_of("start: a{b}").find("template") != std::string::npos);
  CHECK(fault_of("start: \"a\"\n%declare X").find("'%declare' is not supported") != std::string::npos);
  CHECK(fault_of("start: /(a)\\1/").find("not regular") != std::string::npos);
  CHECK(fault_of("start: \"a\"\n%import python.NAME").find("only '%import common.NAME'") != std::string::npos);
}
