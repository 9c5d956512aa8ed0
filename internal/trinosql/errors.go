package trinosql

import (
	"fmt"
	"regexp"
	"strings"
)

// A Code is the name of an error, as Trino has it.
type Code string

// The codes of errors, which are names of Trino's.
const (
	CodeSyntax               Code = "SYNTAX_ERROR"
	CodeNotSupported         Code = "NOT_SUPPORTED"
	CodeTooLarge             Code = "QUERY_TEXT_TOO_LARGE"
	CodeTooComplex           Code = "STACK_OVERFLOW"
	CodeTypeMismatch         Code = "TYPE_MISMATCH"
	CodeTypeNotFound         Code = "TYPE_NOT_FOUND"
	CodeTableNotFound        Code = "TABLE_NOT_FOUND"
	CodeColumnNotFound       Code = "COLUMN_NOT_FOUND"
	CodeColumnTypeUnknown    Code = "COLUMN_TYPE_UNKNOWN"
	CodeFunctionNotFound     Code = "FUNCTION_NOT_FOUND"
	CodeAmbiguousName        Code = "AMBIGUOUS_NAME"
	CodeDuplicateName        Code = "DUPLICATE_COLUMN_NAME"
	CodeDuplicateQuery       Code = "DUPLICATE_NAMED_QUERY"
	CodeDuplicateWindow      Code = "DUPLICATE_WINDOW_NAME"
	CodeInvalidWindow        Code = "INVALID_WINDOW_REFERENCE"
	CodeInvalidFrame         Code = "INVALID_WINDOW_FRAME"
	CodeMissingOrderBy       Code = "MISSING_ORDER_BY"
	CodeMissingOver          Code = "MISSING_OVER"
	CodeAliases              Code = "MISMATCHED_COLUMN_ALIASES"
	CodeNotAggregate         Code = "EXPRESSION_NOT_AGGREGATE"
	CodeNotScalar            Code = "EXPRESSION_NOT_SCALAR"
	CodeNotConstant          Code = "EXPRESSION_NOT_CONSTANT"
	CodeNotInDistinct        Code = "EXPRESSION_NOT_IN_DISTINCT"
	CodeNestedAggregation    Code = "NESTED_AGGREGATION"
	CodeNestedWindow         Code = "NESTED_WINDOW"
	CodeFunctionNotAggregate Code = "FUNCTION_NOT_AGGREGATE"
	CodeFunctionNotWindow    Code = "FUNCTION_NOT_WINDOW"
	CodeInvalidColumn        Code = "INVALID_COLUMN_REFERENCE"
	CodeInvalidArguments     Code = "INVALID_ARGUMENTS"
	CodeInvalidLiteral       Code = "INVALID_LITERAL"
	CodeInvalidLimit         Code = "INVALID_LIMIT_CLAUSE"
	CodeInvalidParameters    Code = "INVALID_PARAMETER_USAGE"
	CodeInvalidRecursion     Code = "INVALID_RECURSIVE_REFERENCE"
	CodeMultipleRows         Code = "SUBQUERY_MULTIPLE_ROWS"
	CodeDivisionByZero       Code = "DIVISION_BY_ZERO"
	CodeOutOfRange           Code = "NUMERIC_VALUE_OUT_OF_RANGE"
	CodeInvalidCast          Code = "INVALID_CAST_ARGUMENT"
	CodeInvalidArgument      Code = "INVALID_FUNCTION_ARGUMENT"
	CodeInvalidPath          Code = "INVALID_PATH"
	CodeResources            Code = "EXCEEDED_LOCAL_MEMORY_LIMIT"
	CodeTimeLimit            Code = "EXCEEDED_TIME_LIMIT"
	CodeInternal             Code = "GENERIC_INTERNAL_ERROR"
)

// A Pos is a place in a statement: line and column from 1, in characters. The zero Pos
// is no place.
type Pos struct {
	Line, Column int
}

// An Error is what is wrong with a statement. Its text is for whoever wrote the
// statement.
type Error struct {
	Pos
	Code    Code
	Message string
	// Cause is the catalog's error, where it was one.
	Cause error
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d:%d: %s", e.Line, e.Column, e.Message)
}

func (e *Error) Unwrap() error { return e.Cause }

// failPrefix begins the text of the errors that printed statements raise on purpose.
// The text after it is a code, a colon and the message.
const failPrefix = "trino!"

// raised finds what a printed statement or a function of this package raised in an
// engine's error.
var raised = regexp.MustCompile(`(?s)` + failPrefix + `([A-Z_]+):(.*?)(?:` + failEnd + `|$)`)

// failEnd ends the message inside the engine's text.
const failEnd = "!;"

// engineErrors tell what DuckDB's own errors are in Trino's terms; the first that
// matches counts.
var engineErrors = []struct {
	match *regexp.Regexp
	code  Code
	text  string
}{
	{regexp.MustCompile(`(?i)more than one row returned by a subquery`), CodeMultipleRows, "Scalar sub-query has returned multiple rows"},
	{regexp.MustCompile(`(?i)out of memory|failed to (allocate|offload)|memory limit|temp_directory.*(full|size)`), CodeResources, "Query exhausted resources at this scale factor"},
	{regexp.MustCompile(`(?i)^(invalid input error: *)?(invalid regular expression|.*regex)`), CodeInvalidArgument, ""},
	{regexp.MustCompile(`(?i)map keys must be unique|map key`), CodeInvalidArgument, "Duplicate map keys are not allowed"},
	{regexp.MustCompile(`(?i)like pattern must not end`), CodeInvalidArgument, "Escape character must be followed by '%', '_' or the escape character itself"},
	{regexp.MustCompile(`(?i)type (DOUBLE|FLOAT) with value .* destination type INT64|type (DOUBLE|FLOAT) with value -?nan|casting value .* to type DECIMAL|type [A-Z0-9]+ with value .* destination type DECIMAL|could not cast value .* to DECIMAL`), CodeInvalidCast, ""},
	{regexp.MustCompile(`(?i)(overflow|out of range|can't be cast because the value is out of range|cannot take square root|not within the range|does not fit)`), CodeOutOfRange, ""},
	{regexp.MustCompile(`(?i)(conversion error|could not (convert|parse)|failed to cast|invalid (timestamp|date|time) field|invalid uuid)`), CodeInvalidCast, ""},
	{regexp.MustCompile(`(?i)(interrupted|cancel)`), Code("USER_CANCELED"), "Query was canceled"},
	{regexp.MustCompile(`(?i)invalid input error`), CodeInvalidArgument, ""},
}

// EngineError tells what an engine's error means for whoever wrote the statement: a
// [*Error] with a code of Trino's and a text that says nothing of how the engine was
// asked. What it does not know is CodeInternal; the cause is kept in any case.
func EngineError(err error) *Error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if m := raised.FindStringSubmatch(text); m != nil {
		return &Error{Code: Code(m[1]), Message: m[2], Cause: err}
	}
	for _, known := range engineErrors {
		if known.match.MatchString(text) {
			message := known.text
			if message == "" {
				message = firstLine(text)
			}
			return &Error{Code: known.code, Message: message, Cause: err}
		}
	}
	return &Error{Code: CodeInternal, Message: "the engine could not run the statement", Cause: err}
}

// firstLine is the text of an engine's error without its kind, and without the
// statement that DuckDB appends.
func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if _, after, ok := strings.Cut(text, "Error: "); ok {
		text = after
	}
	return strings.TrimSpace(text)
}

// catch runs f, and returns the *Error that it panicked with.
func catch(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	f()
	return nil
}
