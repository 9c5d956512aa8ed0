package objects

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3api/utils"
)

// serviceName is how a bucket policy names a service of AWS.
var serviceName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$`)

// sourceKeys are the condition keys that only calls of services have. VersityGW
// refuses policies with them.
var sourceKeys = []string{"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}

// given is the member of a stored policy that has the policy as it was given.
// VersityGW reads over it.
const given = "CairnGiven"

// servicePolicies lets bucket policies name services, as those do with which
// CloudTrail is let into a bucket. VersityGW knows no services and refuses such
// a policy. What it is given instead says the same of a caller whose ARN is the
// name of the service, without the conditions on the source: whoever signs as
// the service has to check those before it calls.
type servicePolicies struct {
	users  *users
	region string
	// verify checks the signature of a request.
	verify fiber.Handler
}

func (p *servicePolicies) handle(c fiber.Ctx) error {
	if !c.Request().URI().QueryArgs().Has("policy") {
		return c.Next()
	}
	switch c.Method() {
	case http.MethodPut:
		p.translate(c)
	case http.MethodGet:
		if err := c.Next(); err != nil {
			return err
		}
		if was, ok := asGiven(c.Response().Body()); ok && c.Response().StatusCode() == http.StatusOK {
			c.Response().SetBody(was)
		}
		return nil
	}
	return c.Next()
}

// translate changes the body of a request that sets a policy. The signature is
// of the body as it came: it is checked here, and the request is signed anew with
// the same key. If it is wrong, VersityGW gets the request as it came, and says
// so.
func (p *servicePolicies) translate(c fiber.Ctx) {
	body, ok := translated(c.BodyRaw())
	if !ok || p.verify(c) != nil {
		return
	}
	head, err := p.sign(c, body)
	if err != nil {
		return
	}
	// Names from the request are parts of its buffers, which Del moves.
	was := []string{"Content-Md5"}
	for name := range c.GetReqHeaders() {
		if isAmazon(name) {
			was = append(was, strings.Clone(name))
		}
	}
	for _, name := range was {
		c.Request().Header.Del(name)
	}
	for name, values := range head {
		c.Request().Header.Set(name, values[0])
	}
	c.Request().SetBody(body)
}

// sign gives the headers of a request for another body than it has, without
// checksums, which are of the other one.
func (p *servicePolicies) sign(c fiber.Ctx, body []byte) (http.Header, error) {
	from, err := utils.ParseAuthorization(c.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	token := strings.Clone(c.Get("X-Amz-Security-Token"))
	id, err := p.users.find(from.Access, token)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(c.Method(), "http://"+string(c.Request().Host())+c.OriginalURL(), nil)
	if err != nil {
		return nil, err
	}
	for name, values := range c.GetReqHeaders() {
		if isAmazon(name) && !strings.HasPrefix(name, "X-Amz-Checksum-") && name != "X-Amz-Sdk-Checksum-Algorithm" {
			req.Header.Set(strings.Clone(name), strings.Clone(values[0]))
		}
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	cred := aws.Credentials{AccessKeyID: from.Access, SecretAccessKey: id.Secret, SessionToken: token}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	err = signer.SignHTTP(c.Context(), cred, req, hash, "s3", p.region, time.Now())
	return req.Header, err
}

// isAmazon tells whether a header, in canonical spelling, belongs to what S3
// wants to have signed.
func isAmazon(name string) bool { return strings.HasPrefix(name, "X-Amz-") }

// translated gives a policy for VersityGW, or false if it can have it as it is,
// or cannot have it at all.
func translated(policy []byte) ([]byte, bool) {
	doc, err := decode(policy)
	if err != nil {
		return nil, false
	}
	statements, _ := doc["Statement"].([]any)
	some := false
	for _, st := range statements {
		fields, _ := st.(map[string]any)
		principal, _ := fields["Principal"].(map[string]any)
		services := list(principal["Service"])
		if len(services) == 0 {
			continue
		}
		people := list(principal["AWS"])
		stripped := stripSources(fields)
		// For people, a condition on the source is another one than no condition.
		if stripped && len(people) > 0 || len(principal) > 2 || !slices.ContainsFunc(services, serviceName.MatchString) {
			return nil, false
		}
		fields["Principal"] = map[string]any{"AWS": append(people, services...)}
		some = true
	}
	if !some {
		return nil, false
	}
	doc[given] = string(policy)
	out, err := json.Marshal(doc)
	return out, err == nil
}

// stripSources takes the conditions on the source out of a statement, and tells
// whether there were any.
func stripSources(statement map[string]any) bool {
	conditions, _ := statement["Condition"].(map[string]any)
	some := false
	for operator, of := range conditions {
		keys, _ := of.(map[string]any)
		for key := range keys {
			if slices.Contains(sourceKeys, strings.ToLower(key)) {
				delete(keys, key)
				some = true
			}
		}
		if len(keys) == 0 {
			delete(conditions, operator)
		}
	}
	if len(conditions) == 0 {
		delete(statement, "Condition")
	}
	return some
}

// asGiven gives back the policy that a stored one was made from.
func asGiven(stored []byte) ([]byte, bool) {
	if !bytes.Contains(stored, []byte(given)) {
		return nil, false
	}
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(stored, &doc); err != nil {
		return nil, false
	}
	var was string
	if err := json.Unmarshal(doc[given], &was); err != nil {
		return nil, false
	}
	return []byte(was), true
}

// list gives the strings of a member that is a string or an array of them.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, s := range v {
			if s, ok := s.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
