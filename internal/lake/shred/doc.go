// Package shred turns records into columns: a piece of JSON for each row goes in, and
// out comes what an engine takes as a piece of a table.
//
// What it guarantees, whatever the bytes are:
//
//   - Every record is a row. What is not of the type of its column is NULL, or text
//     where the column is text, and does no harm to other columns: the rest of the
//     record, and the record itself in "eventjson", byte by byte, are there.
//   - Nothing is interpreted more than its column asks for. A number, an object or a
//     list in a column of text, or as the value of a map, is the JSON as it stands in
//     the record.
//   - Work and memory are linear in the size of the records. Nesting costs no stack.
//
// Names of members are compared without regard to case. Of a member that is there
// twice the first counts. Where a list is wanted and there is one object, the list has
// one element; where one is wanted and there is a list, the first element counts.
// Invalid surrogates in strings become U+FFFD.
package shred
