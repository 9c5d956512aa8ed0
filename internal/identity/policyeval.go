package identity

import (
	"encoding/json"
	"slices"
	"strings"
)

// document is a compiled policy document. It is never changed.
type document struct{ statements []statement }

type statement struct {
	deny                   bool
	notAction, notResource bool
	actions, resources     []string
	principals             []trustee // of policies that are no principal's own
	conditions             []condition
}

// trustee is one entry of a trust policy's Principal.
type trustee struct {
	anyone  bool
	account string // every principal of this account
	arn     string // a user, a role, or one session of a role
	// service is named as real policies do, and matches nobody: no service calls
	// Cairn.
	service string
}

// question is one thing to decide. Only fields that are known are set; a
// condition on a key that is not known does not match, as in IAM.
type question struct {
	caller   Caller
	action   string
	resource string
	// assume is set when the question is about a role's trust policy.
	assume *AssumeRoleInput
	// externalID is what a caller of a channel gives.
	externalID string
}

// verdict is what a set of policies says. A deny beats every allow; without
// an allow the answer is no.
type verdict struct {
	allow, deny bool
	// named: an allow of a trust policy names the caller itself, and not only
	// its account or everyone.
	named bool
}

func (v verdict) ok() bool { return v.allow && !v.deny }

func (d *document) ask(q *question, v *verdict) {
	for i := range d.statements {
		st := &d.statements[i]
		matched, named := st.matches(q)
		switch {
		case !matched:
		case st.deny:
			v.deny = true
		default:
			v.allow = true
			v.named = v.named || named
		}
	}
}

func (st *statement) matches(q *question) (matched, named bool) {
	if anyGlob(st.actions, q.action, true) == st.notAction {
		return false, false
	}
	if st.resources != nil && anyGlob(st.resources, q.resource, false) == st.notResource {
		return false, false
	}
	if st.principals != nil {
		for _, t := range st.principals {
			m, n := t.matches(q.caller)
			matched, named = matched || m, named || n
		}
		if !matched {
			return false, false
		}
	}
	for i := range st.conditions {
		if !st.conditions[i].holds(q) {
			return false, false
		}
	}
	return true, named
}

func (t trustee) matches(c Caller) (matched, named bool) {
	switch {
	case t.anyone:
		return true, false
	case t.service != "":
		return false, false
	case t.account != "":
		return t.account == c.AccountID(), false
	}
	m := t.arn == c.Principal.ARN || t.arn == c.ARN()
	return m, m
}

func anyGlob(patterns []string, s string, fold bool) bool {
	for _, p := range patterns {
		if glob(p, s, fold) {
			return true
		}
	}
	return false
}

// glob matches with * (any run) and ? (one byte); fold ignores ASCII case. It
// needs no memory and at most len(p)*len(s) steps.
func glob(p, s string, fold bool) bool {
	i, j := 0, 0
	star, mark := -1, 0 // the last * and where its run ends
	for j < len(s) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == s[j] || fold && lower(p[i]) == lower(s[j])):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// condition is one operator on one key; the values are alternatives.
type condition struct {
	key      string // lower case, as IAM compares keys
	values   []string
	match    func(pattern, have string) bool
	negate   bool
	ifExists bool
}

// operators are the condition operators that Cairn enforces ("IAM JSON policy
// elements: Condition operators"). The negated ones hold when the key is
// missing, and so they do in IAM.
var operators = map[string]struct {
	match  func(pattern, have string) bool
	negate bool
}{
	"StringEquals":              {equal, false},
	"StringNotEquals":           {equal, true},
	"StringEqualsIgnoreCase":    {strings.EqualFold, false},
	"StringNotEqualsIgnoreCase": {strings.EqualFold, true},
	"StringLike":                {like, false},
	"StringNotLike":             {like, true},
	"ArnEquals":                 {likeARN, false},
	"ArnLike":                   {likeARN, false},
	"ArnNotEquals":              {likeARN, true},
	"ArnNotLike":                {likeARN, true},
	"Bool":                      {strings.EqualFold, false},
}

func equal(pattern, have string) bool { return pattern == have }
func like(pattern, have string) bool  { return glob(pattern, have, false) }

// likeARN compares the six parts of an ARN one by one, so that a * does not
// reach over a colon into the next part, except in the last.
func likeARN(pattern, have string) bool {
	p, h := strings.SplitN(pattern, ":", 6), strings.SplitN(have, ":", 6)
	return len(p) == 6 && len(h) == 6 && slices.EqualFunc(p, h, like)
}

// contextKeys say what Cairn knows about a request; false means that the
// request does not have that key. Names are in lower case.
var contextKeys = map[string]func(q *question) (string, bool){
	"aws:principalarn":           func(q *question) (string, bool) { return q.caller.Principal.ARN, true },
	"aws:principalaccount":       func(q *question) (string, bool) { return q.caller.AccountID(), true },
	"aws:userid":                 func(q *question) (string, bool) { return q.caller.PrincipalID(), true },
	"aws:username":               userName,
	"aws:requestedregion":        func(q *question) (string, bool) { return q.caller.Region, q.caller.Region != "" },
	"aws:sourceidentity":         sourceIdentity,
	"aws:multifactorauthpresent": mfaPresent,
	"sts:externalid":             assumed(func(in *AssumeRoleInput) string { return in.ExternalID }),
	"sts:rolesessionname":        assumed(func(in *AssumeRoleInput) string { return in.SessionName }),
	"sts:sourceidentity":         assumed(func(in *AssumeRoleInput) string { return in.SourceIdentity }),
	externalIDKey:                func(q *question) (string, bool) { return q.externalID, q.externalID != "" },
	"aws:sourcearn":              func(*question) (string, bool) { return "", false },
	"aws:sourceaccount":          func(*question) (string, bool) { return "", false },
	"iam:passedtoservice":        func(*question) (string, bool) { return "", false },
}

func userName(q *question) (string, bool) {
	return q.caller.Principal.Name, q.caller.Principal.Type == User
}

func sourceIdentity(q *question) (string, bool) {
	s := q.caller.Session
	if s == nil || s.SourceIdentity == "" {
		return "", false
	}
	return s.SourceIdentity, true
}

// mfaPresent: the key exists for temporary credentials only.
func mfaPresent(q *question) (string, bool) {
	if q.caller.Session == nil {
		return "", false
	}
	if q.caller.Session.MFA {
		return "true", true
	}
	return "false", true
}

func assumed(get func(*AssumeRoleInput) string) func(*question) (string, bool) {
	return func(q *question) (string, bool) {
		if q.assume == nil || get(q.assume) == "" {
			return "", false
		}
		return get(q.assume), true
	}
}

func (c *condition) holds(q *question) bool {
	have, known := contextKeys[c.key](q)
	if !known {
		return c.negate || c.ifExists
	}
	found := slices.ContainsFunc(c.values, func(v string) bool { return c.match(v, have) })
	return found != c.negate
}

// conditionsOf reads a Condition block and refuses what could not be enforced.
func conditionsOf(raw json.RawMessage) ([]condition, error) {
	ops, err := object(raw)
	if err != nil {
		return nil, malformed("Syntax errors in policy: Condition: %v", err)
	}
	var out []condition
	for _, op := range ops {
		name, ifExists := strings.CutSuffix(op.name, "IfExists")
		known, ok := operators[name]
		if !ok {
			return nil, malformed("Condition operator %q is not supported.", clip(op.name))
		}
		keys, err := object(op.value)
		if err != nil {
			return nil, malformed("Syntax errors in policy: Condition %s: %v", op.name, err)
		}
		for _, k := range keys {
			c := condition{key: strings.ToLower(k.name), match: known.match, negate: known.negate, ifExists: ifExists}
			if _, ok := contextKeys[c.key]; !ok {
				return nil, malformed("Condition key %q is not supported.", clip(k.name))
			}
			if c.values, err = conditionValues(k.value); err != nil || len(c.values) == 0 {
				return nil, malformed("Syntax errors in policy: Condition %s %s must have a string or a list of strings.", op.name, clip(k.name))
			}
			for _, v := range c.values {
				if strings.Contains(v, "${") {
					return nil, malformed("Policy variables as in %q are not supported.", clip(v))
				}
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// conditionValues takes strings, and true and false without quotes.
func conditionValues(raw json.RawMessage) ([]string, error) {
	var b *bool
	if json.Unmarshal(raw, &b) == nil && b != nil {
		return []string{string(raw)}, nil
	}
	return stringsOf(raw)
}
