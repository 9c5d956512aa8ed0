package identity

import "strings"

// EndpointPolicy is the policy of a VPC endpoint: which calls pass through it
// ("Control access to VPC endpoints using endpoint policies", VPC User Guide).
// The zero value lets everything pass, as an endpoint without a policy does.
type EndpointPolicy struct{ doc *document }

// ParseEndpointPolicy reads a policy document whose statements have both
// Principal and Resource. The error is an *[Error] as of [CheckPolicy]; an empty
// text is the policy that lets everything pass.
func ParseEndpointPolicy(text []byte) (EndpointPolicy, error) {
	if len(text) == 0 {
		return EndpointPolicy{}, nil
	}
	doc, err := compileDocument(text, resourcePolicy)
	return EndpointPolicy{doc}, err
}

// Allows tells whether a call passes: its action, such as "s3:GetObject", on
// every one of its resources, ARNs or "*" for a call that has none.
func (p EndpointPolicy) Allows(u UserIdentity, region, action string, resources ...string) bool {
	if p.doc == nil {
		return true
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	for _, r := range resources {
		var v verdict
		p.doc.ask(&question{caller: u.caller(region), action: action, resource: r}, &v)
		if !v.ok() {
			return false
		}
	}
	return true
}

// caller is the identity as policies look at it. A session counts as its role.
func (u UserIdentity) caller(region string) Caller {
	c := Caller{Principal: Principal{AccountID: u.AccountID, Type: PrincipalType(u.Type), Name: u.UserName, ID: u.PrincipalID, ARN: u.ARN}, AccessKeyID: u.AccessKeyID, Region: region}
	if u.Session == nil {
		return c
	}
	c.Session = &Session{Created: u.Session.Created, MFA: u.Session.MFA, SourceIdentity: u.Session.SourceIdentity}
	if i := u.Session.Issuer; i != nil && u.Type == TypeAssumedRole {
		c.Principal = Principal{AccountID: u.AccountID, Type: Role, Name: i.UserName, ID: i.PrincipalID, ARN: i.ARN}
		c.Session.Name = u.PrincipalID[strings.LastIndexByte(u.PrincipalID, ':')+1:]
	}
	return c
}
