package recorder_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/cairntrail/cairn/internal/awsmodel"
	"github.com/cairntrail/cairn/internal/awsmodel/decode"
	"github.com/cairntrail/cairn/internal/awsmodel/encode"
	"github.com/cairntrail/cairn/internal/gateway"
	"github.com/cairntrail/cairn/internal/identity"
	"github.com/cairntrail/cairn/internal/recorder"
	"github.com/cairntrail/cairn/internal/store"
)

// BenchmarkRecorder is what recording costs a call beside forwarding it: Begin
// and Finish, without the journal.
func BenchmarkRecorder(b *testing.B) {
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "state.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	key, err := identity.LoadOrCreateKey(filepath.Join(b.TempDir(), "secret.key"))
	if err != nil {
		b.Fatal(err)
	}
	directory, err := identity.OpenDirectory(b.Context(), db, key, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	catalogue, err := awsmodel.Open()
	if err != nil {
		b.Fatal(err)
	}
	r, err := recorder.New(recorder.Config{Catalogue: catalogue, Directory: directory, AccountID: homeAccount, Now: time.Now,
		Append: func(context.Context, ...[]byte) error { return nil }})
	if err != nil {
		b.Fatal(err)
	}
	listener := &gateway.Listener{Name: "bench"}
	if err := r.AddListener(listener); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ service, operation, input, output string }{
		{"ssm", "GetParameter", `{"Name":"/a/b","WithDecryption":true}`, `{"Parameter":{"Name":"/a/b","Value":"v"}}`},
		{"ssm", "PutParameter", `{"Name":"/a/b","Value":"x","Type":"SecureString","Tags":[{"Key":"k","Value":"v"}]}`, `{"Version":1}`},
		{"sqs", "ListQueues", `{}`, `{"QueueUrls":[]}`},
		{"iam", "CreateUser", `{"UserName":"alice","Path":"/"}`, `{"User":{"UserName":"alice","UserId":"AIDAX","Arn":"arn:aws:iam::111122223333:user/alice","Path":"/","CreateDate":"2026-11-21T12:00:00Z"}}`},
		{"ec2", "DescribeInstances", `{"InstanceIds":["i-1"]}`, `{}`},
		{"s3", "GetBucketAcl", `{"Bucket":"photos"}`, `{}`},
		{"s3", "GetObject", `{"Bucket":"photos","Key":"k"}`, `{}`},
	} {
		op := catalogue.Service(c.service).Operation(c.operation)
		input, err := decode.JSON([]byte(c.input), decode.DefaultLimits)
		if err != nil {
			b.Fatal(err)
		}
		output, err := decode.JSON([]byte(c.output), decode.DefaultLimits)
		if err != nil {
			b.Fatal(err)
		}
		req, err := encode.Request(op, op.Service.Protocols[0], nil, "us-east-1", input)
		if err != nil {
			b.Fatal(err)
		}
		encode.Sign(req, "AKIABENCH", op.Service.SigningName, "us-east-1", "", time.Now())
		body, err := io.ReadAll(req.Body)
		if err != nil {
			b.Fatal(err)
		}
		answer, err := encode.Response(op, op.Service.Protocols[0], "req", output)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.service+"."+c.operation, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q := &gateway.Request{Listener: listener, HTTP: req, Client: "127.0.0.1", Begun: time.Now()}
				if req.Method == http.MethodPost && bytes.HasPrefix([]byte(req.Header.Get("Content-Type")), []byte("application/x-www-form")) {
					q.Body = body
				}
				plan := r.Begin(b.Context(), q)
				if !plan.Record {
					continue
				}
				x := &gateway.Exchange{Request: q, RequestBody: body, RequestWhole: true, BytesIn: int64(len(body)), Status: answer.Status, Header: answer.Header,
					ResponseBody: answer.Body, ResponseWhole: true, BytesOut: int64(len(answer.Body)), Done: time.Now(), State: plan.State}
				if err := r.Finish(b.Context(), x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
