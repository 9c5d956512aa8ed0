package resource

import (
	"slices"
	"strings"
	"testing"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/selector"
)

// unmodeled are operations of rows that public models do not have.
var unmodeled = map[string]bool{"UpdateInstanceAssociationStatus": true}

func open(t testing.TB) *awsmodel.Catalogue {
	t.Helper()
	c, err := awsmodel.Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every resource type that selectors know has rows, and rows of data events
// have no other types.
func TestEveryDataTypeHasARow(t *testing.T) {
	known := make(map[string]bool)
	for _, r := range selector.ResourceTypes() {
		known[r.Type] = true
	}
	classes := make(map[string][]Class)
	for _, r := range Rows() {
		if r.Class == Management {
			continue
		}
		if !known[r.Type] {
			t.Errorf("%s is a data event type here and not in package selector", r.Type)
		}
		if !slices.Contains(classes[r.Type], r.Class) {
			classes[r.Type] = append(classes[r.Type], r.Class)
		}
	}
	for name := range known {
		switch {
		case len(classes[name]) == 0:
			t.Errorf("%s has no row: add one, and be it of class None that says why", name)
		case len(classes[name]) > 1:
			t.Errorf("%s has rows of several classes: %v", name, classes[name])
		}
	}
}

// Rows say what they are about and what they rest on.
func TestRowsAreComplete(t *testing.T) {
	for _, r := range Rows() {
		switch {
		case r.Class == None && (r.Note == "" || r.Service != "" || r.Operations != "" || r.ARN != ""):
			t.Errorf("%s: a None row has a type and a note and nothing else", r.Type)
		case r.Class != None && (r.Service == "" || r.Operations == "" || r.Source == ""):
			t.Errorf("%s: a row needs service, operations and source", r.Type)
		case r.Class == Data && r.Type == "":
			t.Errorf("%s %s: data events have a type", r.Service, r.Operations)
		case r.ARN == "" && r.Bare:
			t.Errorf("%s: a row without ARN is bare anyway", r.Type)
		}
	}
}

// Services, operations and members of the rows are those of the catalogue: what
// is misspelt would never match a call.
func TestRowsAreOfTheCatalogue(t *testing.T) {
	c := open(t)
	for _, r := range Rows() {
		if r.Service == "" {
			continue
		}
		s := c.Service(r.Service)
		if s == nil || s.Name != r.Service {
			t.Errorf("the catalogue has no service %q (%s)", r.Service, r.Type)
			continue
		}
		ops := operations(t, s, r.Operations)
		for _, at := range paths(compile(r.ARN)) {
			if at.builtin == "" && !slices.ContainsFunc(ops, func(o *awsmodel.Operation) bool { return leads(o, at) }) {
				t.Errorf("%s %s: no operation has %s", r.Service, r.Type, strings.Join(at.steps, "."))
			}
		}
	}
}

func operations(t *testing.T, s *awsmodel.Service, names string) (ops []*awsmodel.Operation) {
	for name := range strings.FieldsSeq(names) {
		if name == "*" {
			return s.Operations()
		}
		op := s.Operation(name)
		if op == nil && !unmodeled[name] {
			t.Errorf("%s has no operation %s", s.Name, name)
		}
		if op != nil {
			ops = append(ops, op)
		} else {
			// Its members are only known from records.
			ops = append(ops, &awsmodel.Operation{Input: &awsmodel.Shape{Members: []awsmodel.Member{
				{Name: "AssociationId", Shape: &awsmodel.Shape{Type: awsmodel.String}},
				{Name: "InstanceId", Shape: &awsmodel.Shape{Type: awsmodel.String}}}}})
		}
	}
	return ops
}

func paths(t template) (out []path) {
	for _, part := range t {
		if part.place != nil {
			for _, g := range part.place.groups {
				out = append(out, g...)
			}
		}
	}
	return out
}

// leads tells whether a path leads to a scalar in an operation.
func leads(o *awsmodel.Operation, at path) bool {
	shape := o.Input
	if at.answer {
		shape = o.Output
	}
	return shape != nil && descend(shape, at.steps)
}

func descend(s *awsmodel.Shape, steps []string) bool {
	switch {
	case s.Type == awsmodel.List:
		return descend(s.Element().Shape, steps)
	case len(steps) == 0:
		return s.Type == awsmodel.String
	case steps[0] == "@":
		return s.Type == awsmodel.Map && len(steps) == 1
	case steps[0] == "*" && s.Type == awsmodel.Map:
		return descend(s.Value().Shape, steps[1:])
	case steps[0] == "*":
		return slices.ContainsFunc(s.Members, func(m awsmodel.Member) bool { return descend(m.Shape, steps[1:]) })
	}
	m := s.Member(steps[0])
	return m != nil && descend(m.Shape, steps[1:])
}

// An operation's calls are all management events or all data events.
func TestOperationsAreOfOneClass(t *testing.T) {
	for service, ops := range services {
		for name, o := range ops {
			for _, r := range o.rows {
				bucket := r.Type == "AWS::S3::Bucket" || r.Type == "AWS::S3Express::DirectoryBucket"
				if r.Class == Management && len(o.types) > 0 && !bucket {
					t.Errorf("%s %s: has rows of management and of data events", service, name)
				}
			}
		}
	}
}

func TestDataTypes(t *testing.T) {
	for _, x := range []struct{ service, operation, want string }{
		{"s3", "GetObject", "AWS::S3::Object AWS::S3::AccessPoint AWS::S3ObjectLambda::AccessPoint AWS::S3Outposts::Object AWS::S3Express::Object AWS::S3Tables::Table"},
		{"s3", "WriteGetObjectResponse", "AWS::S3ObjectLambda::AccessPoint"},
		{"s3", "GetBucketAcl", ""},
		{"s3", "ListBuckets", ""},
		{"dynamodb", "PutItem", "AWS::DynamoDB::Table"},
		{"dynamodb", "CreateTable", ""},
		{"dynamodbstreams", "GetRecords", "AWS::DynamoDB::Stream AWS::DynamoDB::Table"},
		{"sns", "Publish", "AWS::SNS::Topic AWS::SNS::PlatformEndpoint"},
		{"sns", "CreateTopic", ""},
		{"lambda", "Invoke", "AWS::Lambda::Function"},
		{"lambda", "CreateFunction", ""},
		{"kms", "Decrypt", ""},
		{"rds-data", "ExecuteStatement", ""},
		{"bedrock-runtime", "InvokeModel", ""},
		{"geo-maps", "GetTile", "AWS::GeoMaps::Provider"},
		{"nothing", "Nothing", ""},
	} {
		if got := strings.Join(DataTypes(x.service, x.operation), " "); got != x.want {
			t.Errorf("DataTypes(%s, %s) = %q, want %q", x.service, x.operation, got, x.want)
		}
	}
}
