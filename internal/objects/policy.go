package objects

import (
	"bytes"
	"encoding/json"
	"regexp"
)

// Principals of bucket policies ("AWS JSON policy elements: Principal", IAM User
// Guide). Whether they exist is not asked: the directory may not be the only one.
var (
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
	principalARN = regexp.MustCompile(`^arn:aws:(iam::[0-9]{12}:(root|(user|role)/[!-~]{1,576})|sts::[0-9]{12}:(assumed-role/[!-~]{1,576}))$`)
)

func validPrincipal(name string) bool {
	return accountID.MatchString(name) || principalARN.MatchString(name) || serviceName.MatchString(name)
}

// rootARN is the name of a whole account.
func rootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// wholeAccounts writes principals that are bare account ids as root ARNs, as S3
// stores them. For VersityGW an ARN grants, and a bare id does not.
func wholeAccounts(policy []byte) ([]byte, error) {
	doc, err := decode(policy)
	if err != nil {
		return nil, err
	}
	changed := false
	name := func(v any) any {
		if id, ok := v.(string); ok && accountID.MatchString(id) {
			changed = true
			return rootARN(id)
		}
		return v
	}
	statements, _ := doc["Statement"].([]any)
	for _, st := range statements {
		fields, _ := st.(map[string]any)
		principal, _ := fields["Principal"].(map[string]any)
		switch v := principal["AWS"].(type) {
		case string:
			principal["AWS"] = name(v)
		case []any:
			for i := range v {
				v[i] = name(v[i])
			}
		}
	}
	if !changed {
		return policy, nil
	}
	return json.Marshal(doc)
}

// decode reads a JSON object, with its numbers as they are.
func decode(text []byte) (map[string]any, error) {
	var doc map[string]any
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	err := in.Decode(&doc)
	return doc, err
}
