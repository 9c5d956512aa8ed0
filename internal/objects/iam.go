package objects

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
)

// Keys is the directory of those who may sign. It is asked two or three times a
// request, by many goroutines at once, and nothing is cached.
type Keys interface {
	// Key finds the owner of an access key. sessionToken is the token that came
	// with the request, empty without one. Its errors are [ErrNoKey],
	// [ErrToken] and [ErrExpired]; the caller learns of any other error only
	// that there was one.
	Key(accessKeyID, sessionToken string) (Identity, error)
}

// What [Keys] may answer instead of an identity, and what becomes of it: S3's
// InvalidAccessKeyId, InvalidToken and ExpiredToken.
var (
	ErrNoKey   = errors.New("there is no such access key")
	ErrToken   = errors.New("the session token does not belong to the access key")
	ErrExpired = errors.New("the session token has expired")
)

// Identity is who owns an access key.
type Identity struct {
	// Secret is the secret access key.
	Secret string
	// Account is the id of the account. It owns the buckets that its keys make.
	Account string
	// ARN is how bucket policies and refusals name the caller. Empty is the
	// account's root ARN.
	ARN string
	// May tells what the identity policies of the caller say to an action such
	// as s3:GetObject on the ARN of a bucket or object. Nil allows everything.
	May func(action, resource string) Verdict
}

// Verdict is the answer of identity policies.
type Verdict int

// A Denied stands against whatever a bucket policy says.
const (
	Undecided Verdict = iota
	Allowed
	Denied
)

// errElsewhere answers what VersityGW's own user management would do.
var errElsewhere = s3err.APIError{Code: "NotImplemented", Description: "Users of this endpoint are Cairn's accounts. Manage them with cairn account.", HTTPStatusCode: http.StatusNotImplemented}

var errExpiredToken = s3err.APIError{Code: "ExpiredToken", Description: "The provided token has expired.", HTTPStatusCode: http.StatusBadRequest}

// users stands between VersityGW and Keys.
//
// For VersityGW a user and its access key are one, and buckets belong to a user.
// Here the key only signs: what VersityGW gets to know as the user is the
// account, so that all keys of an account are one owner. It knows which key
// signed by the field SessionToken, which it hands back when it asks for the
// identity policies and uses for nothing else; see ticket.
type users struct {
	keys   Keys
	store  backend.Backend
	logger *slog.Logger
}

var (
	_ auth.IAMService         = (*users)(nil)
	_ auth.SigningKeyProvider = (*users)(nil)
	_ auth.PrincipalResolver  = (*users)(nil)
	_ auth.PolicyEvaluator    = (*users)(nil)
)

func (u *users) CreateAccount(auth.Account) error                  { return errElsewhere }
func (u *users) UpdateUserAccount(string, auth.MutableProps) error { return errElsewhere }
func (u *users) DeleteUserAccount(string) error                    { return errElsewhere }
func (u *users) ListUserAccounts() ([]auth.Account, error)         { return nil, errElsewhere }
func (u *users) GetUserAccount(access string) (auth.Account, error) {
	return auth.Account{}, errElsewhere
}
func (u *users) Shutdown() error { return nil }

// ResolveAccounts is asked for the grantees of access control lists. There are
// none, because lists are off.
func (u *users) ResolveAccounts(names []string) ([]string, error) { return names, nil }

// ticket names a key and its session token in one string.
func ticket(accessKeyID, sessionToken string) string { return accessKeyID + "\n" + sessionToken }

// DeriveSigningKey gives the key with which the request must be signed, and who
// then signed it.
func (u *users) DeriveSigningKey(access, sessionToken, date, region, service string) ([]byte, auth.Account, error) {
	id, err := u.find(access, sessionToken)
	if err != nil {
		return nil, auth.Account{}, err
	}
	key := []byte("AWS4" + id.Secret)
	for _, part := range []string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	root := rootARN(id.Account)
	account := auth.Account{Access: id.Account, Role: auth.RoleUser, SessionToken: ticket(access, sessionToken), Arn: id.ARN, RoleArn: root}
	if account.Arn == "" {
		account.Arn = root
	}
	return key, account, nil
}

func (u *users) find(access, sessionToken string) (Identity, error) {
	// What comes from the request is part of its buffers.
	access, sessionToken = strings.Clone(access), strings.Clone(sessionToken)
	id, err := u.keys.Key(access, sessionToken)
	switch {
	case errors.Is(err, ErrNoKey):
		return Identity{}, auth.ErrNoSuchUser
	case errors.Is(err, ErrToken):
		return Identity{}, auth.ErrInvalidSessionToken
	case errors.Is(err, ErrExpired):
		return Identity{}, errExpiredToken
	case err != nil:
		u.logger.Error("the directory of keys failed", "accessKeyId", access, "error", err)
		return Identity{}, s3err.GetAPIError(s3err.ErrInternalError)
	case id.Secret == "" || id.Account == "":
		u.logger.Error("the directory of keys gave a key without a secret or an account", "accessKeyId", access)
		return Identity{}, auth.ErrNoSuchUser
	}
	return id, nil
}

// EvaluatePolicy says what the identity policies of a caller give it. VersityGW
// joins that with the bucket policy: one Deny refuses, otherwise one Allow of
// either suffices. Inside an account that is IAM's rule. Across accounts IAM asks
// for both, so the identity policies only ever take away there ("Policy
// evaluation logic", IAM User Guide).
func (u *users) EvaluatePolicy(_, mark string, actions []auth.Action, resources []string, _ map[string][]string) (auth.PolicyEvaluation, error) {
	access, sessionToken, _ := strings.Cut(mark, "\n")
	id, err := u.find(access, sessionToken)
	if err != nil {
		return auth.PolicyEvaluation{}, err
	}
	eval := auth.PolicyEvaluation{PrincipalArn: id.ARN}
	grid := make([][]Verdict, len(resources))
	buckets := make(map[string]standing)
	for i, resource := range resources {
		bucket, _, _ := strings.Cut(strings.TrimPrefix(resource, auth.ResourceArnPrefix), "/")
		for _, action := range actions {
			at, known := buckets[bucket]
			if !known {
				if at, err = u.standing(id.Account, bucket, action); err != nil {
					return auth.PolicyEvaluation{}, err
				}
				buckets[bucket] = at
			}
			said := Allowed
			if id.May != nil {
				said = id.May(string(action), resource)
			}
			grid[i] = append(grid[i], at.limit(said))
		}
	}
	fill(&eval.Decisions, grid)
	return eval, nil
}

// standing is how an account stands to a bucket.
type standing struct{ owner, policy bool }

// standing looks up the owner of a bucket. A bucket that an action does not need
// belongs to whoever asks.
func (u *users) standing(account, bucket string, action auth.Action) (standing, error) {
	if action == auth.CreateBucketAction || action == auth.ListAllMyBucketsAction {
		return standing{owner: true}, nil
	}
	ctx := context.Background()
	raw, err := u.store.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &bucket})
	if err != nil {
		return standing{}, err
	}
	acl, err := auth.ParseACL(raw)
	if err != nil {
		return standing{}, fmt.Errorf("owner of bucket %s: %w", bucket, err)
	}
	_, err = u.store.GetBucketPolicy(ctx, bucket)
	if err != nil && !errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)) {
		return standing{}, err
	}
	return standing{owner: acl.Owner == account, policy: err == nil}, nil
}

// limit is what VersityGW has to be told of a verdict.
func (s standing) limit(said Verdict) Verdict {
	switch {
	case !s.owner && said == Allowed:
		return Undecided
	case !s.owner:
		return Denied
	// Without a bucket policy VersityGW takes ownership for a permission.
	case said == Undecided && !s.policy:
		return Denied
	}
	return said
}

// fill writes verdicts into VersityGW's table of decisions, whose type has no
// name outside: no match, allow and deny, in the order of the verdicts here.
func fill[D ~int](out *[][]D, grid [][]Verdict) {
	for _, row := range grid {
		var to []D
		for _, v := range row {
			to = append(to, D(v))
		}
		*out = append(*out, to)
	}
}

// ResolvePrincipals gives those names of a bucket policy that name nobody.
func (u *users) ResolvePrincipals(names []string) ([]string, error) {
	var bad []string
	for _, name := range names {
		if !validPrincipal(name) {
			bad = append(bad, name)
		}
	}
	return bad, nil
}
