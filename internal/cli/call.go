package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cairntrail/cairn/internal/api/wire"
)

// signingName is the service name in signatures of Cairn's own API.
const signingName = "cairn"

// unsignedPayload stands for the hash of a body that the signature leaves out.
const unsignedPayload = "UNSIGNED-PAYLOAD"

// maxAnswer bounds what is read of an answer. The longest are lists of
// rejections and of principals.
const maxAnswer = 64 << 20

// apiClient makes the calls of Cairn's own API that have small answers.
var apiClient = &http.Client{Timeout: time.Minute}

// sign signs a request of Cairn's own API. payloadHash is the SHA-256 of the
// body in hexadecimal, or unsignedPayload.
func (c *caller) sign(ctx context.Context, r *http.Request, payloadHash string) error {
	credentials, err := c.aws.Credentials.Retrieve(ctx)
	if err != nil {
		return noCredentials(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", payloadHash)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, payloadHash, signingName, c.region, time.Now()); err != nil {
		return fmt.Errorf("sign the request: %w", err)
	}
	return nil
}

// output is a generated output structure that can be read and shown.
type output interface {
	wire.Decoder
	wire.Encoder
}

// call makes one call of a JSON service's operation and reads the answer into
// out.
func (c *caller) call(ctx context.Context, op *wire.Operation, in wire.Encoder, out output) error {
	value := in.EncodeWire()
	body := wire.AppendJSON(nil, &value)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", op.Service.TargetPrefix+"."+op.Name)
	sum := sha256.Sum256(body)
	if err := c.sign(ctx, r, hex.EncodeToString(sum[:])); err != nil {
		return err
	}
	answer, err := apiClient.Do(r)
	if err != nil {
		return c.explain(ctx, op.Name, err)
	}
	text, err := readAnswer(answer)
	if err != nil {
		return c.explain(ctx, op.Name, err)
	}
	tree, err := wire.ParseJSON(text)
	if err == nil {
		tree, err = wire.Coerce(op.Output, tree)
	}
	if err != nil {
		return fmt.Errorf("%s: the server's answer cannot be read: %w", op.Name, err)
	}
	out.DecodeWire(&tree)
	return nil
}

// readAnswer reads the body of an answer; one that is not 200 is an *apiError.
func readAnswer(answer *http.Response) ([]byte, error) {
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if answer.StatusCode == http.StatusOK {
		return text, nil
	}
	var failure struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	refused := &apiError{status: answer.StatusCode}
	// An answer that is not JSON is not from Cairn; its status has to do.
	if json.Unmarshal(text, &failure) == nil {
		refused.code, refused.message = failure.Type, failure.Message
	}
	return nil, refused
}

// showWire prints an output as JSON, with times in RFC 3339.
func showWire(w io.Writer, op *wire.Operation, out wire.Encoder) error {
	value := out.EncodeWire()
	readable(op.Output, &value)
	var buf bytes.Buffer
	if err := json.Indent(&buf, wire.AppendJSON(nil, &value), "", "  "); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	buf.WriteByte('\n')
	_, err := w.Write(buf.Bytes())
	return err
}

// readable replaces the Unix seconds of a tree by times that people can read.
func readable(shape *wire.Shape, v *wire.Value) {
	switch shape.Kind {
	case wire.Timestamp:
		*v = wire.Text(v.Time().UTC().Format(time.RFC3339))
	case wire.List:
		for i := range v.Items {
			readable(shape.Elem, &v.Items[i])
		}
	case wire.Map:
		for i := range v.Fields {
			readable(shape.Elem, &v.Fields[i].Value)
		}
	case wire.Structure:
		for i := range v.Fields {
			if m := shape.Member(v.Fields[i].Name); m != nil {
				readable(m.Shape, &v.Fields[i].Value)
			}
		}
	}
}
