package objects

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// service is who delivers log files, as bucket policies name it.
const service = "cloudtrail.amazonaws.com"

// ask is a request of CloudTrail's that a bucket policy should allow.
type ask struct {
	action, resource string
	// context has what the request would say of itself, by condition key in lower
	// case.
	context map[string]string
}

// absent are the condition keys that a request of a service does not have ("AWS
// global condition context keys", IAM User Guide).
var absent = []string{
	"aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype", "aws:userid", "aws:username",
	"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceidentity", "aws:multifactorauthpresent", "aws:multifactorauthage",
	"s3:x-amz-acl", "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}

// opinion is what a policy says to an ask.
type opinion struct {
	allowed bool
	// denied is the statement that denies. It stands against every allow.
	denied string
	// near is what keeps one statement from allowing, if it is a single thing.
	near string
}

// judge evaluates a bucket policy for CloudTrail ("Policy evaluation logic", IAM
// User Guide). A statement that it cannot judge counts for nothing, and is named:
// a request that is made then tells. The error is of a text that is no policy.
func judge(policy []byte, q ask) (opinion, error) {
	doc, err := decode(policy)
	if err != nil {
		return opinion{}, fmt.Errorf("read the bucket policy: %w", err)
	}
	statements, many := doc["Statement"].([]any)
	if !many {
		statements = []any{doc["Statement"]}
	}
	var out opinion
	for i, raw := range statements {
		st, ok := raw.(map[string]any)
		if !ok {
			return opinion{}, fmt.Errorf("read the bucket policy: statement %d is no object", i+1)
		}
		name := fmt.Sprintf("number %d", i+1)
		if sid, _ := st["Sid"].(string); sid != "" {
			name = strconv.Quote(sid)
		}
		misses := missesOf(st, q)
		switch effect, _ := st["Effect"].(string); {
		case effect == "Deny" && len(misses) == 0:
			out.denied = name
		case effect == "Allow" && len(misses) == 0:
			out.allowed = true
		case effect == "Allow" && len(misses) == 1 && out.near == "":
			out.near = fmt.Sprintf("Statement %s would do, but %s.", name, misses[0])
		}
	}
	return out, nil
}

// missesOf says why a statement is not about an ask; nothing if it is.
func missesOf(st map[string]any, q ask) []string {
	var out []string
	if !principalMatches(st) {
		miss := "its Principal is not the service " + service
		if people, _ := st["Principal"].(map[string]any); len(list(people["AWS"])) > 0 {
			miss += " (account ids, as old policies have them, do not stand for it)"
		}
		out = append(out, miss)
	}
	if !elementMatches(st, "Action", q.action, true) {
		out = append(out, "its Action is not "+q.action)
	}
	if !elementMatches(st, "Resource", q.resource, false) {
		out = append(out, "its Resource does not cover "+q.resource)
	}
	operators, _ := st["Condition"].(map[string]any)
	for _, operator := range sortedKeys(operators) {
		keys, _ := operators[operator].(map[string]any)
		for _, key := range sortedKeys(keys) {
			if miss := conditionMisses(operator, key, values(keys[key]), q.context); miss != "" {
				out = append(out, miss)
			}
		}
	}
	return out
}

func principalMatches(st map[string]any) bool {
	of, not := st["Principal"], false
	if of == nil {
		of, not = st["NotPrincipal"], true
	}
	named := of == "*"
	if kinds, ok := of.(map[string]any); ok {
		named = slices.Contains(list(kinds["Service"]), service) || slices.Contains(list(kinds["AWS"]), "*")
	}
	return of != nil && named != not
}

// elementMatches looks at an element such as Action, or its opposite.
func elementMatches(st map[string]any, element, want string, fold bool) bool {
	patterns, not := st[element], false
	if patterns == nil {
		patterns, not = st["Not"+element], true
	}
	found := slices.ContainsFunc(list(patterns), func(p string) bool { return wild(p, want, fold) })
	return patterns != nil && found != not
}

// wild matches a pattern in which * is any text and ? one character.
func wild(pattern, text string, fold bool) bool {
	expr := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	flags := "(?s)^"
	if fold {
		flags = "(?si)^"
	}
	return regexp.MustCompile(flags + expr + "$").MatchString(text)
}

// wildARN compares ARNs part by part: a * does not reach over a colon, except in
// the last part.
func wildARN(pattern, text string) bool {
	p, t := strings.SplitN(pattern, ":", 6), strings.SplitN(text, ":", 6)
	return slices.EqualFunc(p, t, func(p, t string) bool { return wild(p, t, false) })
}

// comparisons are the condition operators, without their opposites and without
// those on times and addresses, which a request that is not made has none of
// ("IAM JSON policy elements: Condition operators", IAM User Guide).
var comparisons = map[string]func(pattern, have string) bool{
	"StringEquals":             func(p, h string) bool { return p == h },
	"StringEqualsIgnoreCase":   strings.EqualFold,
	"StringLike":               func(p, h string) bool { return wild(p, h, false) },
	"ArnEquals":                wildARN,
	"ArnLike":                  wildARN,
	"Bool":                     strings.EqualFold,
	"NumericEquals":            numeric(func(p, h float64) bool { return h == p }),
	"NumericLessThan":          numeric(func(p, h float64) bool { return h < p }),
	"NumericLessThanEquals":    numeric(func(p, h float64) bool { return h <= p }),
	"NumericGreaterThan":       numeric(func(p, h float64) bool { return h > p }),
	"NumericGreaterThanEquals": numeric(func(p, h float64) bool { return h >= p }),
	"IpAddress":                nil,
}

func numeric(compare func(p, h float64) bool) func(p, h string) bool {
	return func(p, h string) bool {
		pattern, err1 := strconv.ParseFloat(p, 64)
		have, err2 := strconv.ParseFloat(h, 64)
		return err1 == nil && err2 == nil && compare(pattern, have)
	}
}

// conditionMisses says why a condition is not met; empty if it is.
func conditionMisses(operator, key string, want []string, context map[string]string) string {
	what := fmt.Sprintf("its Condition %s on %s", operator, key)
	have, known := context[strings.ToLower(key)]
	gone := !known && slices.Contains(absent, strings.ToLower(key))
	if operator == "Null" && (known || gone) {
		if slices.Equal(want, []string{strconv.FormatBool(gone)}) {
			return ""
		}
		return what + " is not met"
	}
	plain, optional := strings.CutSuffix(operator, "IfExists")
	base := strings.Replace(plain, "Not", "", 1)
	negated := base != plain
	compare, understood := comparisons[base]
	variable := slices.ContainsFunc(want, func(v string) bool { return strings.Contains(v, "${") })
	switch {
	case !understood || variable || !known && !gone || known && compare == nil:
		return what + " is one that cannot be judged here"
	case gone && (negated || optional):
		return ""
	case gone:
		return what + " asks for something that the request does not have"
	case slices.ContainsFunc(want, func(p string) bool { return compare(p, have) }) != negated:
		return ""
	}
	return fmt.Sprintf("%s is not met by %q", what, have)
}

// values are those of a condition: strings, numbers and booleans.
func values(v any) []string {
	many, ok := v.([]any)
	if !ok {
		many = []any{v}
	}
	var out []string
	for _, v := range many {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case bool:
			out = append(out, strconv.FormatBool(v))
		case json.Number:
			out = append(out, v.String())
		}
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
