package distill

// Magic begins a catalogue file; the byte after it is Version.
const Magic = "CAIRNAWS"

// Version is the version of the catalogue file's layout. A file of another
// version is refused: the file is generated, never migrated.
const Version = 1

// Kinds of shapes, as the file has them.
const (
	KindStructure = iota
	KindList
	KindMap
	KindString
	KindBoolean
	KindInteger
	KindLong
	KindFloat
	KindDouble
	KindTimestamp
	KindBlob
	KindDocument
)

// Flags of a service in the index.
const (
	// ServiceQueryCompatible marks a JSON service that also answers the query
	// protocol of its past (awsQueryCompatible).
	ServiceQueryCompatible = 1 << iota
)

// Flags of an operation. A flag named Has says that a value follows.
const (
	OpReadOnly = 1 << iota
	OpIdempotent
	OpDeprecated
	OpNoAuth
	OpUnsignedPayload
	OpHasInput
	OpHasOutput
	OpHasWireName
	OpHasHostPrefix
	OpHasInputName
	OpHasInputNamespace
	OpHasResultWrapper
)

// Flags of a shape. A flag named Has says that a value follows.
const (
	ShapeSensitive = 1 << iota
	ShapeStreaming
	ShapeEventStream
	ShapeEvent
	ShapeUnion
	ShapeException
	ShapeFault
	ShapeWrapper
	ShapeSparse
	ShapeHasTimestampFormat
	ShapeHasPayload
	ShapeHasErrorCode
	ShapeHasErrorStatus
)

// Flags of a member. The low three bits are its location. A flag named Has
// says that a value follows.
const (
	MemberLocationMask = 7

	LocationBody        = 0
	LocationURI         = 1
	LocationQuery       = 2
	LocationHeader      = 3
	LocationHeaders     = 4
	LocationStatusCode  = 5
	MemberRequired      = 1 << 3
	MemberToken         = 1 << 4
	MemberJSONValue     = 1 << 5
	MemberFlattened     = 1 << 6
	MemberStreaming     = 1 << 7
	MemberXMLAttribute  = 1 << 8
	MemberHostLabel     = 1 << 9
	MemberEventPayload  = 1 << 10
	MemberEventHeader   = 1 << 11
	MemberSensitive     = 1 << 12
	MemberHasLocName    = 1 << 13
	MemberHasNamespace  = 1 << 14
	MemberHasQueryName  = 1 << 15
	MemberHasTimeFormat = 1 << 16
)
