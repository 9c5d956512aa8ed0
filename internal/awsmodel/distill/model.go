package distill

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Model is one service as its public model has it.
type Model struct {
	// Name is the model's folder, which is botocore's name of the service.
	Name       string               `json:"-"`
	Metadata   Metadata             `json:"metadata"`
	Operations map[string]Operation `json:"operations"`
	Shapes     map[string]*Shape    `json:"shapes"`
}

// Metadata is what a model says of its service.
type Metadata struct {
	APIVersion      string          `json:"apiVersion"`
	EndpointPrefix  string          `json:"endpointPrefix"`
	SigningName     string          `json:"signingName"`
	TargetPrefix    string          `json:"targetPrefix"`
	ServiceID       string          `json:"serviceId"`
	GlobalEndpoint  string          `json:"globalEndpoint"`
	Protocol        string          `json:"protocol"`
	Protocols       []string        `json:"protocols"`
	JSONVersion     string          `json:"jsonVersion"`
	XMLNamespace    Namespace       `json:"xmlNamespace"`
	QueryCompatible json.RawMessage `json:"awsQueryCompatible"`
}

// Operation is one operation of a model.
type Operation struct {
	Name            string          `json:"name"`
	HTTP            HTTP            `json:"http"`
	Input           *Reference      `json:"input"`
	Output          *Reference      `json:"output"`
	Errors          []Reference     `json:"errors"`
	ReadOnly        bool            `json:"readonly"`
	Idempotent      json.RawMessage `json:"idempotent"`
	Deprecated      bool            `json:"deprecated"`
	AuthType        string          `json:"authtype"`
	Auth            []string        `json:"auth"`
	UnsignedPayload bool            `json:"unsignedPayload"`
	Endpoint        struct {
		HostPrefix string `json:"hostPrefix"`
	} `json:"endpoint"`
}

// HTTP is the binding of an operation to a request.
type HTTP struct {
	Method       string `json:"method"`
	RequestURI   string `json:"requestUri"`
	ResponseCode int    `json:"responseCode"`
}

// Namespace is an XML namespace. Models write it as an object or as the bare
// URI.
type Namespace struct {
	Prefix string
	URI    string
}

// UnmarshalJSON reads either form.
func (n *Namespace) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		return json.Unmarshal(data, &n.URI)
	}
	var object struct{ Prefix, URI string }
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	*n = Namespace(object)
	return nil
}

// Reference is the use of a shape with the traits of that use: a member of a
// structure, an element of a list, the key or value of a map, an input.
type Reference struct {
	Shape            string    `json:"shape"`
	Location         string    `json:"location"`
	LocationName     string    `json:"locationName"`
	QueryName        string    `json:"queryName"`
	ResultWrapper    string    `json:"resultWrapper"`
	TimestampFormat  string    `json:"timestampFormat"`
	XMLNamespace     Namespace `json:"xmlNamespace"`
	IdempotencyToken bool      `json:"idempotencyToken"`
	JSONValue        bool      `json:"jsonvalue"`
	Flattened        bool      `json:"flattened"`
	Streaming        bool      `json:"streaming"`
	XMLAttribute     bool      `json:"xmlAttribute"`
	HostLabel        bool      `json:"hostLabel"`
	EventPayload     bool      `json:"eventpayload"`
	EventHeader      bool      `json:"eventheader"`
	Sensitive        bool      `json:"sensitive"`
}

// Shape is a type of a model.
type Shape struct {
	Type            string     `json:"type"`
	Members         Members    `json:"members"`
	Member          *Reference `json:"member"`
	Key             *Reference `json:"key"`
	Value           *Reference `json:"value"`
	Required        []string   `json:"required"`
	Payload         string     `json:"payload"`
	TimestampFormat string     `json:"timestampFormat"`
	LocationName    string     `json:"locationName"`
	XMLNamespace    Namespace  `json:"xmlNamespace"`
	Flattened       bool       `json:"flattened"`
	Sensitive       bool       `json:"sensitive"`
	Streaming       bool       `json:"streaming"`
	EventStream     bool       `json:"eventstream"`
	Event           bool       `json:"event"`
	Union           bool       `json:"union"`
	Document        bool       `json:"document"`
	Exception       bool       `json:"exception"`
	Fault           bool       `json:"fault"`
	Wrapper         bool       `json:"wrapper"`
	Sparse          bool       `json:"sparse"`
	Error           struct {
		Code       string `json:"code"`
		HTTPStatus int    `json:"httpStatusCode"`
	} `json:"error"`
}

// Members are the members of a structure in the order of the model.
type Members []Member

// Member is one named member of a structure.
type Member struct {
	Name string
	Reference
}

// UnmarshalJSON reads a JSON object, whose order a map would lose.
func (m *Members) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var ref Reference
		if err := d.Decode(&ref); err != nil {
			return fmt.Errorf("member %v: %w", name, err)
		}
		*m = append(*m, Member{Name: fmt.Sprint(name), Reference: ref})
	}
	return nil
}

// Parse reads one model. name is what the catalogue calls the service.
func Parse(name string, data []byte) (*Model, error) {
	m := &Model{Name: name}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("model of %s: %w", name, err)
	}
	if m.Metadata.Protocol == "" || m.Metadata.EndpointPrefix == "" {
		return nil, fmt.Errorf("model of %s: no protocol or endpointPrefix in its metadata", name)
	}
	return m, nil
}
