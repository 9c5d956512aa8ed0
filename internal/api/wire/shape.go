package wire

import (
	"regexp"
	"strings"
	"sync"
)

// Kind is the type of a shape.
type Kind uint8

// The kinds of shapes in the service models.
const (
	String Kind = iota
	Integer
	Long
	Float
	Double
	Boolean
	Timestamp
	Blob
	List
	Map
	Structure
)

// Shape is one shape of a service model: a type with its constraints.
// Generated tables hold one for each shape; they are never changed.
type Shape struct {
	Name string
	Kind Kind
	// Members are the members of a structure, in the model's order.
	Members []Member
	// Elem is the member of a list or the value of a map, Key the key of a map.
	Elem, Key *Shape
	// Min and Max bound a number's value, a string's length in code points, or
	// the number of members of a list or map; nil is unbounded.
	Min, Max *int64
	// Pattern must match the whole string; nil matches everything.
	Pattern *Pattern
	// Enum lists the allowed strings; empty allows all.
	Enum []string
	// Sensitive values never appear in records, messages or logs.
	Sensitive bool
}

// Location says where a member travels.
type Location uint8

// Members travel in the body unless the model puts them into the query string.
const (
	InBody Location = iota
	InQueryString
)

// Member is a member of a structure.
type Member struct {
	// Name is the name on the wire, RecordName the name in CloudTrail records
	// and in validation messages: Name with its first letter in lower case.
	Name, RecordName string
	Shape            *Shape
	Required         bool
	Location         Location
	// RecordOmit keeps the member out of records altogether, as CloudTrail does
	// with the secret parts of STS credentials.
	RecordOmit bool
}

// member finds a member by its wire name, and its index.
func (s *Shape) member(name string) (int, *Member) {
	for i := range s.Members {
		if s.Members[i].Name == name {
			return i, &s.Members[i]
		}
	}
	return -1, nil
}

// Member finds a member of a structure by its wire name, or nil.
func (s *Shape) Member(name string) *Member {
	_, m := s.member(name)
	return m
}

// Bound makes the pointers of [Shape.Min] and [Shape.Max].
func Bound(n int64) *int64 { return &n }

// Protocol is how a service's requests and answers are written.
type Protocol uint8

// The protocols of the services that Cairn answers for.
const (
	// JSON is AWS JSON 1.1: POST /, the operation in X-Amz-Target.
	JSON Protocol = iota
	// RESTJSON has a path for each operation.
	RESTJSON
	// Query is form parameters in, XML out.
	Query
)

// Service is a service of the models.
type Service struct {
	// Name is the IAM action prefix and signing name, e.g. "cloudtrail".
	Name string
	// EventSource is the eventSource of the records, e.g. "cloudtrail.amazonaws.com".
	EventSource string
	Protocol    Protocol
	APIVersion  string
	// TargetPrefix is what comes before the dot in X-Amz-Target; empty for
	// other protocols than JSON.
	TargetPrefix string
	// XMLNamespace is the namespace of query answers.
	XMLNamespace string
	// Operations are in alphabetical order.
	Operations []*Operation
}

// Operation is an operation of a service.
type Operation struct {
	Name string
	// Service is the owner of the operation.
	Service *Service
	// Path is the request path; "/" unless the protocol is RESTJSON.
	Path          string
	Input, Output *Shape
}

// Pattern is a regular expression of a model, compiled on first use. Models
// write them for Java; see [NewPattern] for the differences.
type Pattern struct {
	source string
	once   sync.Once
	re     *regexp.Regexp
}

// NewPattern keeps the expression as the model spells it. A match must cover
// the whole string, as Java's String.matches.
func NewPattern(source string) *Pattern { return &Pattern{source: source} }

// String returns the expression as the model spells it.
func (p *Pattern) String() string { return p.source }

// Match tells whether the whole of s matches.
func (p *Pattern) Match(s string) bool {
	p.once.Do(func() { p.re = regexp.MustCompile(`\A(?:` + goPattern(p.source) + `)\z`) })
	return p.re.MatchString(s)
}

// surrogates is how Java patterns write "every code point beyond the basic
// plane"; Go matches code points and needs the range itself.
const surrogates = `\uD800\uDC00-\uDBFF\uDFFF`

// goPattern rewrites what Go's syntax spells differently: \uXXXX.
func goPattern(java string) string {
	java = strings.ReplaceAll(java, surrogates, `\x{10000}-\x{10FFFF}`)
	var b strings.Builder
	for i := 0; i < len(java); i++ {
		if java[i] != '\\' || i+1 == len(java) {
			b.WriteByte(java[i])
			continue
		}
		if java[i+1] == 'u' && i+6 <= len(java) {
			b.WriteString(`\x{` + java[i+2:i+6] + `}`)
			i += 5
			continue
		}
		b.WriteString(java[i : i+2])
		i++
	}
	return b.String()
}
