# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# Turns the tbl(1) tables that lowdown writes into lists, because a terminal is too narrow for five
# columns of sentences. The first cell of a row becomes its head, each other cell a line with its
# column's name. Also replaces \fC, which is no font of a manual page, and adds the section NAME.
function flush_cell() { cells[++count] = cell; cell = "" }

function flush_row(i) {
  flush_cell()
  if (!(1 in names)) {
    for (i = 1; i <= count; i++) names[i] = cells[i]
  } else {
    print ".TP"
    print "\\&" cells[1]
    for (i = 2; i <= count; i++) {
      if (cells[i] == "") continue
      if (i > 2) print ".br"
      print (names[i] == "" ? "" : "\\&" names[i] ": ") cells[i]
    }
  }
  count = 0
}

# Some readers of manual pages warn of a paragraph macro where a paragraph begins anyway.
function say(line) {
  if (paragraph && line !~ /^\./) print ".LP"
  paragraph = 0
  print line
}

{ gsub(/\\f(C|\(CR)/, "\\fB") }

/^\.TH / { print; print ".SH NAME"; print "roomd-protocol \\- what goes over the wire between roomd and its clients"; next }
/^\.TS/ { table = 1; paragraph = 0; split("", names); count = 0; cell = ""; next }
/^\.TE/ { table = 0; paragraph = 1; next }
/^T\{$/ && table { inside = 1; next }
/^T\}\|T\{$/ && table { flush_cell(); next }
/^T\}$/ && table { flush_row(); inside = 0; next }
# A bar in a cell has an escape in Markdown, which lowdown keeps.
table { gsub(/\\e\|/, "|") }
table { if (inside) cell = cell (cell == "" ? "" : " ") $0; next }
# lowdown 1 writes the words of a heading into the next line, lowdown 2 into the same.
/^\.S[HS] / { print; headed = 1; paragraph = 0; next }
/^\.S[HS]$/ { heading = $0; next }
heading != "" { print heading " \"" $0 "\""; heading = ""; headed = 1; paragraph = 0; next }
/^\.LP$/ { paragraph = !headed; next }
{ headed = 0; say($0) }
