package awsmodel

import "sync"

// Protocol is a wire protocol of AWS, in the words of Smithy's protocol
// traits ("AWS protocols" in the Smithy documentation).
type Protocol string

// The protocols. Query and EC2 post forms and answer XML; the JSON ones name
// the operation in X-Amz-Target; the REST ones in method and path; RPC v2 CBOR
// in the path /service/X/operation/Y.
const (
	Query     Protocol = "query"
	EC2       Protocol = "ec2"
	JSON10    Protocol = "json-1.0"
	JSON11    Protocol = "json-1.1"
	RESTJSON  Protocol = "rest-json"
	RESTXML   Protocol = "rest-xml"
	RPCv2CBOR Protocol = "rpc-v2-cbor"
)

// REST tells whether method and path choose the operation.
func (p Protocol) REST() bool { return p == RESTJSON || p == RESTXML }

// Type is the type of a shape.
type Type uint8

// The types. A Document is any JSON value. An Integer has 32 bits or fewer.
const (
	Structure Type = iota
	List
	Map
	String
	Boolean
	Integer
	Long
	Float
	Double
	Timestamp
	Blob
	Document
)

var typeNames = [...]string{
	"structure", "list", "map", "string", "boolean", "integer", "long", "float",
	"double", "timestamp", "blob", "document",
}

// String is the type's name in the public models.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// Location is where a member of an input or output travels.
type Location uint8

// The locations. InHeaders is a map whose keys follow a common prefix, which
// is the member's WireName.
const (
	InBody Location = iota
	InURI
	InQuery
	InHeader
	InHeaders
	InStatusCode
)

// Shape is a type of a service. Shapes are never changed after they are
// loaded; they may contain themselves.
type Shape struct {
	// Name is the model's name of a structure, and of lists and maps that hold
	// structures; other shapes have none.
	Name string
	Type Type
	// Members of a structure, in the order of the model. A list has one, its
	// element; a map two, key and value.
	Members []Member
	// Payload is the member of a structure that is the body of the message, or
	// nil.
	Payload *Member
	// TimestampFormat is iso8601, unixTimestamp or rfc822, or "" for the
	// protocol's own.
	TimestampFormat string
	// ErrorCode is the code that an error shape has on the wire where that is
	// not its name; ErrorStatus its HTTP status, or 0.
	ErrorCode   string
	ErrorStatus int

	Sensitive   bool
	Streaming   bool
	EventStream bool
	Event       bool
	Union       bool
	Exception   bool
	// Fault marks an error that is the server's.
	Fault bool
	// Wrapper marks a structure that XML answers wrap once more.
	Wrapper bool
	// Sparse lists and maps may hold nulls.
	Sparse bool
}

// Element is the element of a list.
func (s *Shape) Element() *Member { return &s.Members[0] }

// Key is the key of a map.
func (s *Shape) Key() *Member { return &s.Members[0] }

// Value is the value of a map.
func (s *Shape) Value() *Member { return &s.Members[1] }

// Member finds a member of a structure by its name in the model, or nil.
func (s *Shape) Member(name string) *Member {
	if s == nil || s.Type != Structure {
		return nil
	}
	for i := range s.Members {
		if s.Members[i].Name == name {
			return &s.Members[i]
		}
	}
	return nil
}

// Member is the use of a shape in a structure, list or map.
type Member struct {
	// Name is the member's name in the model, and what CloudTrail starts from;
	// element, key and value of lists and maps are called "member", "key" and
	// "value".
	Name  string
	Shape *Shape
	// LocationName is the name the model gives it on the wire, or "".
	LocationName string
	// QueryName is the name in requests of the EC2 protocol, or "".
	QueryName string
	Location  Location
	// TimestampFormat is that of the member or of its shape.
	TimestampFormat string
	XMLNamespace    string
	XMLPrefix       string

	Required bool
	// IdempotencyToken marks the member that clients fill with a random value.
	IdempotencyToken bool
	// Sensitive is true where the member or its shape is.
	Sensitive bool
	// JSONValue marks a string that holds JSON; in a header in base64.
	JSONValue    bool
	Flattened    bool
	Streaming    bool
	XMLAttribute bool
	HostLabel    bool
	EventPayload bool
	EventHeader  bool
}

// WireName is LocationName or, where the model has none, Name.
func (m *Member) WireName() string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}

// Operation is one operation of a service.
type Operation struct {
	Service *Service
	// Name is the operation's name in the SDKs.
	Name string
	// WireName is its name on the wire; different for CloudFront only, which
	// adds its API version (CreateDistribution2020_05_31).
	WireName string
	Method   string
	// URI is the template of path and constant query parameters, such as
	// /{Bucket}/{Key+}?acl. Services that are not REST have "/".
	URI          string
	ResponseCode int
	HostPrefix   string
	// Input and Output are nil where the operation has none.
	Input, Output *Shape
	// InputName and InputNamespace are those of the root of an XML request.
	InputName, InputNamespace string
	// ResultWrapper is the element that holds the result in query answers.
	ResultWrapper string
	Errors        []*Shape
	// Token is the idempotency token of the input, or nil.
	Token *Member
	// ReadOnly is true where the call changes nothing, by the rule that
	// [ReadOnlyName] documents or because the model says so.
	ReadOnly   bool
	Idempotent bool
	Deprecated bool
	// NoAuth marks operations that are called without a signature.
	NoAuth          bool
	UnsignedPayload bool
}

// Error finds the error shape with a code as answers carry it, or nil.
func (o *Operation) Error(code string) *Shape {
	for _, e := range o.Errors {
		if e.Name == code || e.ErrorCode != "" && e.ErrorCode == code {
			return e
		}
	}
	return nil
}

// Service is one service of the catalogue. Its exported fields are read only.
// Operations are unpacked at the first call that needs them; all methods may
// be called by many goroutines.
type Service struct {
	// Name is the service's name in botocore and the AWS CLI, and unique.
	Name string
	// EndpointPrefix is the first part of the service's hosts, such as
	// monitoring for CloudWatch or streams.dynamodb.
	EndpointPrefix string
	// SigningName is the service in credential scopes. Several services may
	// have the same.
	SigningName string
	// TargetPrefix is what X-Amz-Target and the paths of RPC v2 have before the
	// operation, or "".
	TargetPrefix   string
	APIVersion     string
	ServiceID      string
	GlobalEndpoint string
	XMLNamespace   string
	// Protocols has the preferred one first.
	Protocols []Protocol
	// QueryCompatible marks JSON services that old clients call by query.
	QueryCompatible bool
	OperationCount  int
	ShapeCount      int

	packed  []byte
	rawSize int
	load    sync.Once
	loaded  *contents
	compile sync.Once
	routes  *router
}

// REST tells whether method and path choose the service's operations.
func (s *Service) REST() bool { return s.Protocols[0].REST() }

// Operation finds an operation by its name in the SDKs or on the wire, or nil.
func (s *Service) Operation(name string) *Operation { return s.contents().byName[name] }

// Operations lists all operations by name. The slice is the caller's to read
// only.
func (s *Service) Operations() []*Operation { return s.contents().operations }

// has tells whether the service can be called by one of the protocols.
func (s *Service) has(protocols ...Protocol) bool {
	for _, p := range s.Protocols {
		for _, want := range protocols {
			if p == want {
				return true
			}
		}
	}
	return false
}
