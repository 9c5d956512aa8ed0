package awsmodel

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// open is the embedded catalogue, one for all tests that do not extend it.
var open = sync.OnceValues(Open)

func catalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryServiceLoads(t *testing.T) {
	services, operations := 0, 0
	for _, s := range catalogue(t).Services() {
		loaded, err := s.unpack()
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if len(loaded.operations) != s.OperationCount {
			t.Errorf("%s has %d operations, and %d by its index", s.Name, len(loaded.operations), s.OperationCount)
		}
		for _, op := range loaded.operations {
			if op.Name == "" || op.Method == "" || op.URI == "" {
				t.Errorf("%s.%s has method %q and URI %q", s.Name, op.Name, op.Method, op.URI)
			}
			if op.Input != nil && op.Input.Type != Structure {
				t.Errorf("%s.%s has an input of type %s", s.Name, op.Name, op.Input.Type)
			}
		}
		services++
		operations += s.OperationCount
	}
	t.Logf("%d services, %d operations, %d bytes", services, operations, len(embedded))
	if services < 380 || operations < 15000 {
		t.Errorf("%d services and %d operations are too few", services, operations)
	}
	if len(embedded) > 2_500_000 {
		t.Errorf("the embedded file has %d bytes; the package doc says about 2 MB", len(embedded))
	}
}

func TestFacts(t *testing.T) {
	c := catalogue(t)
	iam := c.Service("iam").Operation("CreateLoginProfile")
	if m := iam.Input.Member("Password"); !m.Sensitive || iam.ReadOnly {
		t.Errorf("CreateLoginProfile: Password %+v, ReadOnly %v", m, iam.ReadOnly)
	}
	put := c.Service("s3").Operation("PutObject")
	if put.Method != "PUT" || put.URI != "/{Bucket}/{Key+}" || put.Input.Payload == nil || put.Input.Payload.Name != "Body" || !put.Input.Payload.Streaming {
		t.Errorf("PutObject: %+v", put)
	}
	if m := put.Input.Member("Metadata"); m.Location != InHeaders || m.WireName() != "x-amz-meta-" {
		t.Errorf("PutObject Metadata: %+v", m)
	}
	if m := c.Service("s3").Operation("PutBucketAcl").Input.Member("AccessControlPolicy"); m.XMLNamespace == "" {
		t.Errorf("PutBucketAcl: no namespace in %+v", m)
	}
	run := c.Service("ec2").Operation("RunInstances")
	if run.Token == nil || run.Token.Name != "ClientToken" {
		t.Errorf("RunInstances: token %+v", run.Token)
	}
	table := c.Service("dynamodb").Operation("GetItem")
	if e := table.Error("ResourceNotFoundException"); e == nil || !e.Exception || !table.ReadOnly {
		t.Errorf("GetItem: error %+v", e)
	}
	if p := c.Service("dynamodb").Protocols[0]; p != JSON10 {
		t.Errorf("dynamodb speaks %s", p)
	}
	if s := c.Service("rds"); s.Name != "rds" || len(c.Named("rds")) < 3 {
		t.Errorf("rds is %s, of %d", s.Name, len(c.Named("rds")))
	}
	if s := c.Service("monitoring"); s.Name != "cloudwatch" || s.Operation("PutMetricData") == nil {
		t.Errorf("monitoring is %s", s.Name)
	}
	if op := c.Service("cloudfront").Operation("CreateDistribution2020_05_31"); op == nil || op.Name != "CreateDistribution" {
		t.Errorf("wire name: %+v", op)
	}
	if c.Service("nothing") != nil || c.Service("s3").Operation("Nothing") != nil {
		t.Error("what is not there was found")
	}
}

func TestReadOnlyName(t *testing.T) {
	for name, want := range map[string]bool{
		"GetObject": true, "ListBuckets": true, "Query": true, "HeadBucket": true, "BatchGetItem": true,
		"Decrypt": true, "AssumeRole": true, "PutObject": false, "GetawayPlan": false, "Listen": false,
		"CreateKey": false, "UpdateTable": false, "CheckoutLicense": false, "": false,
	} {
		if got := ReadOnlyName(name); got != want {
			t.Errorf("%s reads: %v", name, got)
		}
	}
}

const toyModel = `{"metadata":{"apiVersion":"2030-01-02","endpointPrefix":"toys","protocol":"rest-json","serviceId":"Toys","signingName":"toys"},
"operations":{"MakeToy":{"name":"MakeToy","http":{"method":"POST","requestUri":"/toys/{Name}?kind=new"},"input":{"shape":"In"},"errors":[{"shape":"Broken"}]}},
"shapes":{"In":{"type":"structure","required":["Name"],"members":{"Name":{"shape":"S","location":"uri","locationName":"Name"},
"Zeta":{"shape":"Secret"},"Alpha":{"shape":"L"},"Token":{"shape":"S","idempotencyToken":true}}},
"S":{"type":"string"},"Secret":{"type":"string","sensitive":true},"L":{"type":"list","member":{"shape":"In"}},
"Broken":{"type":"structure","members":{},"exception":true,"error":{"code":"B","httpStatusCode":418}},
"Unused":{"type":"string"}}}`

// writeModel puts a model into a folder as botocore lays it out.
func writeModel(t *testing.T, dir, service, version, model string) {
	t.Helper()
	folder := filepath.Join(dir, service, version)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "service-2.json"), []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestExtend(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, dir, "toys", "2029-01-01", `{"metadata":{}}`) // older: not read
	writeModel(t, dir, "toys", "2030-01-02", toyModel)
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	before := len(c.Services())
	for range 2 {
		if err := c.Extend(dir); err != nil {
			t.Fatal(err)
		}
		if len(c.Services()) != before+1 {
			t.Fatalf("%d services, want %d", len(c.Services()), before+1)
		}
	}
	op := c.Service("toys").Operation("MakeToy")
	if op == nil || op.Token == nil || op.Token.Name != "Token" || !op.Input.Member("Zeta").Sensitive {
		t.Fatalf("%+v", op)
	}
	if names := op.Input.Members; names[1].Name != "Zeta" || names[2].Name != "Alpha" {
		t.Errorf("members are not in the order of the model: %v", names)
	}
	if op.Input.Member("Alpha").Shape.Element().Shape != op.Input {
		t.Error("a shape that contains itself does not")
	}
	if e := op.Error("B"); e == nil || e.Name != "Broken" || e.ErrorStatus != 418 {
		t.Errorf("error %+v", e)
	}
	if only, err := OpenDir(dir); err != nil || len(only.Services()) != 1 {
		t.Errorf("OpenDir: %v", err)
	}
	writeModel(t, dir, "bad", "1", `{"metadata":{"protocol":"query","endpointPrefix":"bad"},"operations":{"A":{"name":"A","input":{"shape":"Gone"}}}}`)
	if err := c.Extend(dir); err == nil || len(c.Services()) != before+1 {
		t.Errorf("a model with a missing shape: %v, %d services", err, len(c.Services()))
	}
	if err := c.Extend(t.TempDir()); err == nil {
		t.Error("a folder without models was taken")
	}
}

// One service used by many goroutines while the catalogue is extended.
func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	writeModel(t, dir, "toys", "2030-01-02", toyModel)
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if c.Service("sqs").Operation("SendMessage") == nil || c.Services()[0] == nil {
				t.Error("SendMessage is not there")
			}
		})
	}
	all.Go(func() {
		if err := c.Extend(dir); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
}

func TestDamagedFile(t *testing.T) {
	for _, n := range []int{0, 4, 8, 9, 20, 1000} {
		if _, err := readFile(embedded[:n]); err == nil {
			t.Errorf("%d bytes of the file were taken for one", n)
		}
	}
	other := append([]byte(nil), embedded[:64]...)
	other[8] = 99
	if _, err := readFile(other); err == nil {
		t.Error("another version was taken")
	}
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"ec2", "s3", "sqs"} {
		s := catalogue(b).Service(name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.unpack(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			for _, s := range catalogue(b).Services() {
				if _, err := s.unpack(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
