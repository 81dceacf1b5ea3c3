# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# Tables of tbl(1), as lowdown writes them, as lists: a terminal has no room for five columns of sentences. The first cell of a row is its head,
# each of the others a line with its column's name. Besides: \fC is no font of a manual page, and the page needs a NAME.
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

# A paragraph macro where a paragraph begins anyway is a mistake to some readers of manual pages.
function say(line) {
  if (paragraph && line !~ /^\./) print ".LP"
  paragraph = 0
  print line
}

{ gsub(/\\fC/, "\\fB") }

/^\.TH / { print; print ".SH NAME"; print "roomd-protocol \\- what goes over the wire between roomd and its clients"; next }
/^\.TS/ { table = 1; paragraph = 0; split("", names); count = 0; cell = ""; next }
/^\.TE/ { table = 0; paragraph = 1; next }
/^T\{$/ && table { inside = 1; next }
/^T\}\|T\{$/ && table { flush_cell(); next }
/^T\}$/ && table { flush_row(); inside = 0; next }
table { if (inside) cell = cell (cell == "" ? "" : " ") $0; next }
/^\.S[HS]$/ { heading = $0; next }
heading != "" { print heading " \"" $0 "\""; heading = ""; headed = 1; paragraph = 0; next }
/^\.LP$/ { paragraph = !headed; next }
{ headed = 0; say($0) }
