# What doxygen must be told of the docstrings: <P> is a parameter and no tag of HTML, and an indented table is to stay as it is.
/^ *\/\/\// {
  s/<([PABSIM])>/\&lt;\1\&gt;/g
  s/^( *\/\/\/)   /\1        /
}
