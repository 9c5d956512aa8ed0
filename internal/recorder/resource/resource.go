package resource

import (
	"slices"
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// maxResources bounds the resources of one call. The longest lists that
// services take are the 100 tables of a batch in DynamoDB; a request can hold
// many more values than its service would accept.
const maxResources = 100

// compiled is a row that was made ready.
type compiled struct {
	*Row
	template template
	// refused: the resources are listed also when the call was refused.
	refused bool
}

// operation is what the tables say of one operation.
type operation struct {
	rows  []compiled
	types []string
}

// services finds operations by the names of service and operation. The
// operation "*" is that of all others.
var services = index(table)

// index compiles the rows, in their order, which is that of resources in
// records.
func index(rows []Row) map[string]map[string]*operation {
	x := make(map[string]map[string]*operation)
	for i := range rows {
		r := &rows[i]
		if r.Class == Off || r.Class == None {
			continue
		}
		s := x[r.Service]
		if s == nil {
			s = make(map[string]*operation)
			x[r.Service] = s
		}
		c := compiled{r, compile(r.ARN), (r.Class == Data || r.Service == "s3") && !r.GrantedOnly}
		for name := range strings.FieldsSeq(r.Operations) {
			o := s[name]
			if o == nil {
				o = new(operation)
				s[name] = o
			}
			if r.Type != "" || r.ARN != "" {
				o.rows = append(o.rows, c)
			}
			if r.Class == Data && !slices.Contains(o.types, r.Type) {
				o.types = append(o.types, r.Type)
			}
		}
	}
	return x
}

func find(service, name string) *operation {
	s := services[service]
	if o := s[name]; o != nil {
		return o
	}
	return s["*"]
}

// Rows lists the table. The rows are copies.
func Rows() []Row { return slices.Clone(table) }

// DataTypes lists the resource types that a call of an operation can make a
// data event of, before anything of the call is known: for S3 the bucket
// decides which of them it is. It is empty for management events. The slice is
// the caller's to read only.
func DataTypes(service, operation string) []string {
	if o := find(service, operation); o != nil {
		return o.types
	}
	return nil
}

// Of lists the resources of a finished call in the order in which CloudTrail
// writes them, each once; nil when there are none.
//
// A management call that the service refused before it looked at the request
// has no resources, as its record has no request parameters; data events and
// all of S3 keep theirs, and so does every call that failed later.
func Of(c *Call) []Resource {
	o := find(c.Service, c.Operation)
	if o == nil {
		return nil
	}
	refused := refusal(c.ErrorCode)
	kind := AnyKind
	if c.Service == "s3" {
		kind = kindOf(bucketOf(c))
	}
	out := make([]Resource, 0, 2)
	for i := range o.rows {
		r := &o.rows[i]
		if refused && !r.refused || r.Bucket != AnyKind && r.Bucket != kind {
			continue
		}
		out = r.list(c, out)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// list adds the row's resources to those that are there.
func (r *compiled) list(c *Call, out []Resource) []Resource {
	before := len(out)
	if r.ARN != "" {
		for _, arn := range r.template.expand(c) {
			out = add(out, r.resource(c, arn))
		}
	}
	if len(out) == before && (r.Bare || r.ARN == "") {
		out = add(out, r.resource(c, ""))
	}
	return out
}

func add(out []Resource, r Resource) []Resource {
	if len(out) >= maxResources || slices.Contains(out, r) {
		return out
	}
	return append(out, r)
}

func (r *compiled) resource(c *Call, arn string) Resource {
	res := Resource{Type: r.Type, ARN: arn}
	if !r.Unowned {
		res.AccountID = owner(c, arn)
	}
	if r.Prefix {
		res.ARN, res.ARNPrefix = "", arn
	}
	return res
}

// owner is the account that owns a resource: the ARN's, for buckets that of
// OwnerOf, and else the caller's.
func owner(c *Call, arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[4] != "" {
		return parts[4]
	}
	if len(parts) == 6 && parts[2] == "s3" {
		bucket, _, _ := strings.Cut(parts[5], "/")
		return bucketOwner(c, bucket)
	}
	return c.AccountID
}

func bucketOwner(c *Call, bucket string) string {
	if c.OwnerOf != nil {
		if account := c.OwnerOf(bucket); account != "" {
			return account
		}
	}
	return c.AccountID
}

// Owners lists the accounts, other than the caller's, that own resources of a
// call. Each of them receives a record of the call too (user guide, line 18786).
func Owners(c *Call) []string {
	var out []string
	for _, r := range Of(c) {
		if isAccount(r.AccountID) && r.AccountID != c.AccountID && !slices.Contains(out, r.AccountID) {
			out = append(out, r.AccountID)
		}
	}
	return out
}

// ForCaller gives the resources as the record for the caller's own account has
// them: where S3 denied a data event on a bucket of another account, that
// account's number is not in it (user guide, line 21091). CloudTrail then writes
// an accountId that is empty. rs is not changed.
func ForCaller(c *Call, rs []Resource) []Resource {
	if c.Service != "s3" || c.ErrorCode != "AccessDenied" || len(DataTypes(c.Service, c.Operation)) == 0 {
		return rs
	}
	out := slices.Clone(rs)
	for i := range out {
		if r := &out[i]; r.AccountID != "" && r.AccountID != c.AccountID {
			r.AccountID = ""
		}
	}
	return out
}

// isAccount tells an account from what may stand in its place: ARNs in a call
// are the caller's text.
func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// Early gives the resources of a data event before its body was read, so that
// it can be decided whether the call is recorded at all. op is the operation as
// the catalogue has it, and c.Input what package decode reads of the request
// with an empty body. ok is false for management events, and where members of
// the body or of the answer have a say; with ok, Of gives the same resources
// once the call has finished, unless it was refused and its row is GrantedOnly.
func Early(c *Call, op *awsmodel.Operation) (rs []Resource, ok bool) {
	o := find(c.Service, c.Operation)
	if o == nil || len(o.types) == 0 || op == nil {
		return nil, false
	}
	for i := range o.rows {
		if !o.rows[i].template.inHead(op) {
			return nil, false
		}
	}
	return Of(c), true
}

// refusals are the error codes of calls that were turned away at the door:
// not authenticated, not authorized, or too many. Services have names of their
// own for them; these are those of the common errors in AWS's API references
// and of the SDKs' lists of throttling errors.
var refusals = func() map[string]bool {
	m := make(map[string]bool)
	for code := range strings.FieldsSeq(`
		AccessDenied AccessDeniedException UnauthorizedOperation NotAuthorized AuthorizationError
		AuthFailure OptInRequired InvalidAccessException
		ExpiredToken ExpiredTokenException RequestExpired InvalidClientTokenId UnrecognizedClientException
		InvalidAccessKeyId IncompleteSignature IncompleteSignatureException InvalidSignatureException
		SignatureDoesNotMatch MissingAuthenticationToken MissingAuthenticationTokenException
		Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException
		TooManyRequestsException RequestLimitExceeded`) {
		m[code] = true
	}
	return m
}()

func refusal(code string) bool {
	return code != "" && refusals[strings.TrimPrefix(code, "Client.")]
}

// Answers tells whether the resources of a call depend on its answer, which
// otherwise need not be read.
func Answers(service, operation string) bool {
	o := find(service, operation)
	if o == nil {
		return false
	}
	for i := range o.rows {
		if o.rows[i].template.answers() {
			return true
		}
	}
	return false
}
