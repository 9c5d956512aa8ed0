package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxDocument is the size of the largest policy that IAM takes, a role's
// inline policies, in characters ("IAM and AWS STS quotas").
const maxDocument = 10240

// documentKind tells the grammars of policies apart: those of principals have no
// Principal, those of roles no Resource, and those of resources both.
type documentKind uint8

const (
	identityPolicy documentKind = iota
	trustPolicy
	resourcePolicy
)

// CheckPolicy tells whether text is an identity-based policy document that
// Cairn enforces completely. The error is an *[Error] of code
// MalformedPolicyDocument that names the element which is wrong or which Cairn
// does not support: nothing in a policy is ever ignored.
func CheckPolicy(text []byte) error {
	_, err := compileDocument(text, identityPolicy)
	return err
}

// CheckTrustPolicy does the same for a role's trust policy.
func CheckTrustPolicy(text []byte) error {
	_, err := compileDocument(text, trustPolicy)
	return err
}

func malformed(format string, args ...any) error {
	return refuse(CodeMalformedPolicyDocument, format, args...)
}

// compileDocument reads the grammar of the JSON policy language ("Grammar of
// the IAM JSON policy language", IAM User Guide), strictly: element names are
// exact, none may come twice, and unknown ones are refused, because a
// misspelled Condition would otherwise widen what a policy allows.
func compileDocument(text []byte, kind documentKind) (*document, error) {
	if len(text) > maxDocument {
		return nil, refuse(CodeLimitExceeded, "The policy document has %d characters and may have %d.", len(text), maxDocument)
	}
	members, err := object(text)
	if err != nil {
		return nil, malformed("Syntax errors in policy: %v", err)
	}
	doc := &document{}
	var statements json.RawMessage
	for _, m := range members {
		switch m.name {
		case "Version":
			v, err := stringOf(m.value)
			if err != nil || v != "2012-10-17" && v != "2008-10-17" {
				return nil, malformed("The policy must contain a valid version string.")
			}
		case "Id":
			if _, err := stringOf(m.value); err != nil {
				return nil, malformed("Syntax errors in policy: Id must be a string.")
			}
		case "Statement":
			statements = m.value
		default:
			return nil, malformed("Syntax errors in policy: unknown element %q.", clip(m.name))
		}
	}
	var list []json.RawMessage
	if isObject(statements) {
		list = []json.RawMessage{statements}
	} else if err := json.Unmarshal(statements, &list); err != nil || len(list) == 0 {
		return nil, malformed("Syntax errors in policy: Statement must be an object or a list of objects.")
	}
	sids := map[string]bool{}
	for _, raw := range list {
		st, sid, err := compileStatement(raw, kind)
		if err != nil {
			return nil, err
		}
		if sid != "" && sids[sid] {
			return nil, malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[sid] = true
		doc.statements = append(doc.statements, st)
	}
	return doc, nil
}

var (
	sidRE    = regexp.MustCompile(`^[A-Za-z0-9]*$`)
	actionRE = regexp.MustCompile(`^(\*|\*:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$`)
)

func compileStatement(raw json.RawMessage, kind documentKind) (st statement, sid string, err error) {
	members, err := object(raw)
	if err != nil {
		return st, "", malformed("Syntax errors in policy: %v", err)
	}
	var effect string
	for _, m := range members {
		var err error
		switch m.name {
		case "Sid":
			if sid, err = stringOf(m.value); err != nil || !sidRE.MatchString(sid) {
				return st, "", malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
			}
		case "Effect":
			if effect, err = stringOf(m.value); err != nil || effect != "Allow" && effect != "Deny" {
				return st, "", malformed("Syntax errors in policy: Effect must be Allow or Deny.")
			}
			st.deny = effect == "Deny"
		case "Action", "NotAction":
			if st.actions != nil {
				return st, "", malformed("Syntax errors in policy: a statement has either Action or NotAction.")
			}
			st.notAction = m.name == "NotAction"
			st.actions, err = patterns(m, func(s string) error {
				if !actionRE.MatchString(s) {
					return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: %q", clip(s))
				}
				return nil
			})
		case "Resource", "NotResource":
			if kind == trustPolicy {
				return st, "", malformed("Has prohibited field %s", m.name)
			}
			if st.resources != nil {
				return st, "", malformed("Syntax errors in policy: a statement has either Resource or NotResource.")
			}
			st.notResource = m.name == "NotResource"
			st.resources, err = patterns(m, checkResource)
		case "Principal":
			if kind == identityPolicy {
				return st, "", malformed("Policy document should not specify a principal.")
			}
			st.principals, err = principalsOf(m.value)
		case "Condition":
			st.conditions, err = conditionsOf(m.value)
		default:
			return st, "", malformed("Syntax errors in policy: element %q is unknown or not supported.", clip(m.name))
		}
		if err != nil {
			return st, "", err
		}
	}
	switch {
	case effect == "":
		return st, "", malformed("Syntax errors in policy: Missing required field Effect.")
	case st.actions == nil:
		return st, "", malformed("Policy statement must contain actions.")
	case kind != trustPolicy && st.resources == nil:
		return st, "", malformed("Policy statement must contain resources.")
	case kind != identityPolicy && st.principals == nil:
		return st, "", malformed("Syntax errors in policy: Missing required field Principal.")
	}
	return st, sid, nil
}

func checkResource(s string) error {
	if s != "*" && !strings.HasPrefix(s, "arn:") {
		return malformed("Resource %s must be in ARN format or \"*\".", clip(s))
	}
	if strings.Contains(s, "${") {
		return malformed("Policy variables as in %q are not supported.", clip(s))
	}
	return nil
}

// patterns reads a string or a list of strings, not empty.
func patterns(m member, check func(string) error) ([]string, error) {
	list, err := stringsOf(m.value)
	if err != nil || len(list) == 0 {
		return nil, malformed("Syntax errors in policy: %s must be a string or a list of strings.", m.name)
	}
	for _, s := range list {
		if err := check(s); err != nil {
			return nil, err
		}
	}
	return list, nil
}

var principalRE = regexp.MustCompile(`^arn:aws:(iam::[0-9]{12}:(root|(user|role)/[\x21-\x7E]+)|sts::[0-9]{12}:(assumed-role/[\w+=,.@-]+|federated-user)/[\w+=,.@-]+)$`)

// principalsOf reads the Principal of a trust policy or a resource's.
func principalsOf(raw json.RawMessage) ([]trustee, error) {
	if s, err := stringOf(raw); err == nil {
		if s != "*" {
			return nil, malformed("Invalid principal in policy: %q", clip(s))
		}
		return []trustee{{anyone: true}}, nil
	}
	members, err := object(raw)
	if err != nil || len(members) == 0 {
		return nil, malformed("Invalid principal in policy: it must be \"*\" or an object.")
	}
	out := []trustee{}
	for _, m := range members {
		list, err := stringsOf(m.value)
		if err != nil || len(list) == 0 {
			return nil, malformed("Invalid principal in policy: %s must be a string or a list of strings.", clip(m.name))
		}
		switch m.name {
		case "AWS":
			for _, s := range list {
				switch {
				case s == "*":
					out = append(out, trustee{anyone: true})
				case validAccountID(s):
					out = append(out, trustee{account: s})
				case principalRE.MatchString(s) && strings.HasSuffix(s, ":root"):
					out = append(out, trustee{account: strings.Split(s, ":")[4]})
				case principalRE.MatchString(s) && !strings.ContainsAny(s, "*?$"):
					out = append(out, trustee{arn: s})
				default:
					return nil, malformed("Invalid principal in policy: \"AWS\":%q", clip(s))
				}
			}
		case "Service":
			for _, s := range list {
				if !strings.HasSuffix(s, ".amazonaws.com") {
					return nil, malformed("Invalid principal in policy: \"SERVICE\":%q", clip(s))
				}
				out = append(out, trustee{service: s})
			}
		default:
			return nil, malformed("Principals of type %q are not supported.", clip(m.name))
		}
	}
	return out, nil
}

// member is one name and value of a JSON object, in the order of the text.
type member struct {
	name  string
	value json.RawMessage
}

// object reads exactly one JSON object. Unlike a map it sees names that come
// twice, of which encoding/json would silently take the last.
func object(raw []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	tok, err := dec.Token()
	if err != nil || tok != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var out []member
	for dec.More() {
		tok, err := dec.Token()
		name, ok := tok.(string)
		if err != nil || !ok {
			return nil, errors.New("not valid JSON")
		}
		m := member{name: name}
		if err := dec.Decode(&m.value); err != nil {
			return nil, errors.New("not valid JSON")
		}
		if slices.ContainsFunc(out, func(o member) bool { return o.name == name }) {
			return nil, fmt.Errorf("element %q comes twice", clip(name))
		}
		out = append(out, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("not valid JSON")
	}
	if dec.More() {
		return nil, errors.New("text follows the JSON object")
	}
	return out, nil
}

func isObject(raw json.RawMessage) bool {
	return len(raw) > 0 && bytes.TrimLeft(raw, " \t\r\n")[0] == '{'
}

func stringOf(raw json.RawMessage) (string, error) {
	var s *string // null is no string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", err
	}
	if s == nil {
		return "", errors.New("null")
	}
	return *s, nil
}

func stringsOf(raw json.RawMessage) ([]string, error) {
	if s, err := stringOf(raw); err == nil {
		return []string{s}, nil
	}
	var list []*string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s == nil {
			return nil, errors.New("null")
		}
		out = append(out, *s)
	}
	return out, nil
}
