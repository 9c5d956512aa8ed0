package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/moto"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/selector"
	"github.com/cairntrail/cairn/internal/store"
)

// The account that moto gives to callers, and the key that scripts/moto signs with.
const (
	motoAccount = "123456789012"
	motoKey     = "AKIAMOTOTEST0000001"
	motoSecret  = "mototestsecretkey/0123456789abcdefghijkl" //nolint:gosec // not a secret
)

var motoUpdate = flag.Bool("moto.update", false, "write the operations that TestMoto tried to internal/recorder/testdata/moto.json")

// TestMoto drives moto, a stand-in for AWS, through a recording gateway with
// boto3, the AWS CLI and the SDK for Go, and compares each record with the call
// that the client says it made. It needs moto[server] 5.2.1 and the AWS CLI;
// "make moto" installs them.
func TestMoto(t *testing.T) {
	if os.Getenv("CAIRN_MOTO") == "" {
		t.Skip("the moto suite takes a minute or two: run make moto")
	}
	python := moto.Tool(t, "CAIRN_MOTO_PYTHON", "python3")
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
		t.Skipf("%s has no boto3 (make moto installs it): %s", python, out)
	}
	groups := []string{"query_calls", "ec2_calls", "json_calls", "rest_calls", "hosts_calls"}
	if cli, err := exec.LookPath(first(os.Getenv("CAIRN_AWS_CLI"), "aws")); err == nil {
		t.Setenv("CAIRN_AWS_CLI", cli)
		groups = append(groups, "cli_calls")
	} else {
		t.Logf("the calls with the AWS CLI are left out: %v", err)
	}

	h := newMotoHouse(t, moto.Start(t))
	h.drive(python, groups...)
	h.goSDK()
	h.check("nobody wants data events")
	h.wantData("AWS::S3::Object", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Kinesis::Stream", "AWS::Lambda::Function")
	h.drive(python, "data_calls")
	h.check("data events are wanted")
	h.report()
}

func first(texts ...string) string {
	if i := slices.IndexFunc(texts, func(s string) bool { return s != "" }); i >= 0 {
		return texts[i]
	}
	return ""
}

// motoHouse is a recorder behind a gateway in front of moto.
type motoHouse struct {
	*testing.T
	catalogue *awsmodel.Catalogue
	demand    *recorder.Demand
	url       string
	identity  identity.UserIdentity

	mu      sync.Mutex // guards records
	records [][]byte
	calls   []*motoCall
	// checked are all calls so far, for the report.
	checked []*motoCall
	events  int
	secrets []string
	// demandTypes are the resource types whose data events are wanted.
	demandTypes []string
}

// motoCall is what a client says of a call: a line of scripts/moto/drive.py.
type motoCall struct {
	Mark, Client, Service, Operation string
	Parameters, Recorded, Output     map[string]any
	Data, Unreadable                 bool
	Hidden, Shown, Secrets           []string
	Region, KeyID, Token             string
	ErrorCode, QueryCode, RequestID  string
	ErrorMessage                     string
	differences                      []string
}

func newMotoHouse(t *testing.T, upstream string) *motoHouse {
	t.Helper()
	h := &motoHouse{T: t, demand: recorder.NewDemand(), secrets: []string{motoSecret}}
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	h.must(err)
	t.Cleanup(func() { h.must(db.Close()) })
	key, err := identity.LoadOrCreateKey(filepath.Join(t.TempDir(), "secret.key"))
	h.must(err)
	directory, err := identity.OpenDirectory(t.Context(), db, key, time.Now)
	h.must(err)
	_, err = directory.CreateAccount(t.Context(), motoAccount, "")
	h.must(err)
	h.identity = identity.UserIdentity{Type: "IAMUser", PrincipalID: "AIDAMOTOTEST", ARN: "arn:aws:iam::" + motoAccount + ":user/moto", AccountID: motoAccount, AccessKeyID: motoKey, UserName: "moto"}
	h.must(directory.Learn(t.Context(), identity.KnownKey{Registered: true, Identity: h.identity}))
	h.catalogue, err = awsmodel.Open()
	h.must(err)

	listener := &gateway.Listener{Name: "moto", Upstream: upstream, AccountID: motoAccount, Region: "us-east-1"}
	r, err := recorder.New(recorder.Config{Catalogue: h.catalogue, Directory: directory, Demand: h.demand, Append: h.append, AccountID: motoAccount, Region: "us-east-1", Now: time.Now})
	h.must(err)
	h.must(r.AddListener(listener))
	proxy, err := gateway.New(gateway.Config{Observer: r, Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), Registerer: prometheus.NewRegistry()})
	h.must(err)
	t.Cleanup(proxy.Close)
	handler, err := proxy.Handler(listener)
	h.must(err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *motoHouse) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *motoHouse) append(_ context.Context, records ...[]byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records = append(h.records, records...)
	return nil
}

// take gives the records that were written since the last time. A client has its
// answer only when the record is written, so none is missing.
func (h *motoHouse) take() [][]byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	records := h.records
	h.records = nil
	return records
}

// drive runs groups of calls of scripts/moto. A call that went otherwise than
// its group says is an error, and its record is looked at all the same.
func (h *motoHouse) drive(python string, groups ...string) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, append([]string{"-B", filepath.Join("..", "..", "scripts", "moto", "drive.py"), h.url}, groups...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		h.Errorf("drive.py %s: %v\n%s", strings.Join(groups, " "), err, said.String())
	}
	d := json.NewDecoder(&out)
	d.UseNumber()
	for {
		c := new(motoCall)
		err := d.Decode(c)
		if err == io.EOF {
			return
		}
		h.must(err)
		h.calls = append(h.calls, c)
	}
}

// wantData makes somebody want the data events of resource types.
func (h *motoHouse) wantData(types ...string) {
	h.Helper()
	h.demandTypes = types
	var s selector.Selectors
	for _, name := range types {
		s.Advanced = append(s.Advanced, selector.AdvancedEventSelector{FieldSelectors: []selector.FieldSelector{
			{Field: "eventCategory", Equals: []string{"Data"}}, {Field: "resources.type", Equals: []string{name}},
		}})
	}
	m, err := selector.Compile(s)
	h.must(err)
	h.demand.Set("test", m)
}
