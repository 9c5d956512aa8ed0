package objects

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// probeName is the name of the user metadata of a probe.
const probeName = "cairn-probe"

// ProbeKey is where [Client.CheckBucket] writes an empty object, and removes it if
// it may: where the log files will be, under a name that no log file has. Prefix
// is a trail's, and may be empty.
func ProbeKey(prefix, accountID string) string {
	key := "AWSLogs/" + accountID + "/CloudTrail/" + probeName
	if prefix != "" {
		key = prefix + "/" + key
	}
	return key
}

// MetadataError says that a store does not give user metadata back as it got it,
// in lower case. Digest files have their signatures there, under the name
// signature, and the AWS CLI looks for no other: its validate-logs calls every
// digest of such a bucket invalid. Cairn's own validation does not mind the case.
type MetadataError struct {
	Bucket string
	// Endpoint is the store. Empty is AWS.
	Endpoint string
	// Seen is the header as the store spells it. Empty if it gives none back.
	Seen string
}

// Error says what is wrong and what to do.
func (e *MetadataError) Error() string {
	what := fmt.Sprintf("writes %s%s as %s", metadataPrefix, probeName, e.Seen)
	if e.Seen == "" {
		what = "gives no user metadata back"
	}
	return fmt.Sprintf("bucket %s: its store %s: the AWS CLI will not be able to validate digest files there (aws cloudtrail validate-logs); use another store for this trail, or validate with cairn validate", e.Bucket, what)
}

// probe writes an object as log files are written, and looks how its metadata
// comes back.
func (c *Client) probe(ctx context.Context, s *store, in BucketCheck) (warning, err error) {
	put := PutInput{Bucket: in.Bucket, Key: ProbeKey(in.Prefix, in.AccountID), ACL: BucketOwnerFullControl, Metadata: map[string]string{probeName: "1"}}
	if in.Results {
		put.Key, put.ACL = in.resultFolder()+probeName, ""
	}
	if in.KMSKeyID != "" {
		put.KMSKeyID, put.KMSContext = in.KMSKeyID, map[string]string{"aws:cloudtrail:arn": in.TrailARN}
	}
	if err := c.Put(ctx, put); err != nil {
		return nil, err
	}
	tap := &headTap{}
	client := &http.Client{Transport: tap.transport(c.transport), CheckRedirect: noRedirects}
	var seen map[string]string
	look := call{do: "look at the probe", bucket: in.Bucket, key: put.Key, head: true, credentials: in.Reader}
	err = c.send(ctx, look, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		got, err := api.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &in.Bucket, Key: &put.Key}, opt, func(o *s3.Options) { o.HTTPClient = client })
		if err == nil {
			seen = lowered(got.Metadata)
		}
		return err
	})
	// CloudTrail may write and not read, so both of these may be refused.
	if err != nil {
		c.logger.Debug("the probe cannot be looked at", "bucket", in.Bucket, "error", err)
	} else if spelled, ok := tap.spelling(metadataPrefix + probeName); ok && spelled[len(metadataPrefix):] != probeName {
		warning = &MetadataError{in.Bucket, s.URL, spelled}
	} else if seen[probeName] == "" {
		warning = &MetadataError{in.Bucket, s.URL, ""}
	}
	if in.Results { // which have their signatures in a file
		warning = nil
	}
	err = c.send(ctx, call{do: "remove the probe", bucket: in.Bucket, key: put.Key, credentials: in.Reader}, func(ctx context.Context, api *s3.Client, opt func(*s3.Options)) error {
		_, err := api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &in.Bucket, Key: &put.Key}, opt)
		return err
	})
	if err != nil {
		c.logger.Debug("the probe stays in the bucket", "bucket", in.Bucket, "key", put.Key, "error", err)
	}
	return warning, nil
}

// headTap keeps the head of an answer as it comes over the wire, because net/http
// changes the case of names. Behind a proxy for HTTPS there is nothing to see.
type headTap struct {
	mu   sync.Mutex
	head bytes.Buffer
}

// maxHead is how much is kept: more than S3's metadata and its other headers.
const maxHead = 64 << 10

// transport is a copy of a transport that is tapped. It has one connection a
// request, and HTTP/1.1 only: HTTP/2 knows lower case only, and the AWS CLI does
// not speak it.
func (t *headTap) transport(from *http.Transport) *http.Transport {
	out := from.Clone()
	out.DisableKeepAlives = true
	out.Protocols = new(http.Protocols)
	out.Protocols.SetHTTP1(true)
	dial, dialTLS := from.DialContext, from.DialTLSContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	if dialTLS == nil {
		dialTLS = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return secure(ctx, conn, from.TLSClientConfig, addr)
		}
	}
	out.DialContext, out.DialTLSContext = t.dialer(dial), t.dialer(dialTLS)
	return out
}

// secure puts TLS on a connection.
func secure(ctx context.Context, conn net.Conn, cfg *tls.Config, addr string) (net.Conn, error) {
	if cfg == nil {
		cfg = new(tls.Config)
	}
	cfg = cfg.Clone()
	if cfg.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			host = addr
		}
		cfg.ServerName = host
	}
	cfg.NextProtos = []string{"http/1.1"}
	out := tls.Client(conn, cfg)
	if err := out.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return out, nil
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

func (t *headTap) dialer(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &headConn{conn, t}, nil
	}
}

type headConn struct {
	net.Conn
	tap *headTap
}

func (c *headConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.tap.head.Write(b[:min(n, maxHead-c.tap.head.Len())])
	return n, err
}

// spelling finds a header by its name in lower case.
func (t *headTap) spelling(name string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(t.head.String()) {
		if got, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(got, name) {
			return got, true
		}
	}
	return "", false
}
