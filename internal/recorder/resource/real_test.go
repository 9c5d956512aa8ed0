package resource

import (
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
)

// record is what the test needs of a CloudTrail record.
type record struct {
	EventSource, EventName, AWSRegion, ErrorCode, RecipientAccountID, EventID string
	UserIdentity                                                              struct{ AccountID string }
	RequestParameters                                                         any
	Resources                                                                 []struct{ AccountID, Type, ARN, ARNPrefix string }
}

// realRecords reads the log files that the environment names.
func realRecords(t *testing.T) (records []record) {
	dir := os.Getenv("CAIRN_REAL_DATA")
	if dir == "" {
		t.Skip("no real records at hand: set CAIRN_REAL_DATA to a folder of CloudTrail log files")
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json.gz") {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		var file struct{ Records []record }
		if err := json.NewDecoder(z).Decode(&file); err != nil {
			return err
		}
		records = append(records, file.Records...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(records) == 0 {
		t.Fatalf("%s has no log files", dir)
	}
	return records
}

// eventNames are names of events that are not those of the operations.
var eventNames = map[string][2]string{
	"s3 GetAccelerateConfiguration":       {"s3", "GetBucketAccelerateConfiguration"},
	"s3 GetBucketObjectLockConfiguration": {"s3", "GetObjectLockConfiguration"},
	"s3 GetBucketPublicAccessBlock":       {"s3", "GetPublicAccessBlock"},
	"s3 GetAccountPublicAccessBlock":      {"s3control", "GetPublicAccessBlock"},
	"s3 ListAccessPoints":                 {"s3control", "ListAccessPoints"},
	"s3 GetStorageLensConfiguration":      {"s3control", "GetStorageLensConfiguration"},
}

// callOf makes the call again that a record is of.
func callOf(c *awsmodel.Catalogue, r *record) (call *Call, answered bool) {
	source := strings.TrimSuffix(r.EventSource, ".amazonaws.com")
	service, operation := source, r.EventName
	if named := c.Named(source); len(named) > 0 {
		service = named[0].Name
	}
	if x, ok := eventNames[source+" "+operation]; ok {
		service, operation = x[0], x[1]
	}
	call = &Call{Service: service, Operation: operation, Region: r.AWSRegion, ErrorCode: r.ErrorCode}
	if call.AccountID = r.UserIdentity.AccountID; call.AccountID == "" {
		call.AccountID = r.RecipientAccountID
	}
	if r.RequestParameters != nil {
		v := valueOf(r.RequestParameters)
		call.Input = &v
	}
	// Answers of KMS are not in records, but have the key's ARN, which has to
	// come out again.
	if service == "kms" && r.ErrorCode == "" && len(r.Resources) == 1 {
		answered = true
		call.Output = object("KeyId", r.Resources[0].ARN)
	}
	return call, answered
}

// valueOf gives parameters of a record the names of the model: those that the
// rows look at begin with a capital there, apart from S3's.
func valueOf(x any) decode.Value {
	switch x := x.(type) {
	case string:
		return decode.Value{Kind: decode.Text, Text: x}
	case []any:
		v := decode.Value{Kind: decode.List}
		for _, item := range x {
			v.Items = append(v.Items, valueOf(item))
		}
		return v
	case map[string]any:
		v := decode.Value{Kind: decode.Object}
		for name, item := range x {
			if name == "bucketName" {
				name = "bucket"
			}
			name = string(unicode.ToUpper(rune(name[0]))) + name[1:]
			v.Fields = append(v.Fields, decode.Field{Name: name, Value: valueOf(item)})
		}
		return v
	}
	return decode.Value{}
}

// TestRealRecords makes the resources of real records again, and compares them
// in order and whole, also where there are none.
func TestRealRecords(t *testing.T) {
	c := open(t)
	records := realRecords(t)
	with, equal, byAnswer := 0, 0, 0
	for i := range records {
		r := &records[i]
		call, answered := callOf(c, r)
		var want []Resource
		for _, w := range r.Resources {
			want = append(want, Resource(w))
		}
		got := Of(call)
		if len(want) > 0 {
			with++
		}
		if answered {
			byAnswer++
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s %s %s: resources %+v, want %+v", r.EventID, r.EventSource, r.EventName, got, want)
			continue
		}
		equal++
		if owners := Owners(call); len(owners) > 0 && r.UserIdentity.AccountID == r.RecipientAccountID {
			t.Errorf("%s %s: accounts %v own resources of a call within one account", r.EventID, r.EventName, owners)
		}
	}
	t.Logf("%d of %d records have the same resources; %d have any, of which %d (KMS) need the answer, which is made from the record",
		equal, len(records), with, byAnswer)
}
