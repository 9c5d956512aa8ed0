package identity

// AccountID is the account whose rights the caller has; empty for nobody.
func (c Caller) AccountID() string { return c.Principal.AccountID }

// ARN is the Arn that GetCallerIdentity answers and that userIdentity.arn
// records: the principal's own, or for a role's session
// arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, without the role's path.
// Empty for nobody.
func (c Caller) ARN() string {
	if c.roleSession() {
		return "arn:aws:sts::" + c.Principal.AccountID + ":assumed-role/" + c.Principal.Name + "/" + c.Session.Name
	}
	return c.Principal.ARN
}

// PrincipalID is the UserId that GetCallerIdentity answers and that
// userIdentity.principalId records: the unique id of the principal, or for a
// role's session "AROA…:SESSION". Empty for nobody.
func (c Caller) PrincipalID() string {
	if c.roleSession() {
		return c.Principal.ID + ":" + c.Session.Name
	}
	return c.Principal.ID
}

func (c Caller) roleSession() bool {
	return c.Session != nil && c.Session.Name != "" && c.Principal.Type == Role
}

// Ref names a principal: Name is empty for root.
type Ref struct {
	AccountID string
	Type      PrincipalType
	Name      string
}

// Ref gives the name of the principal.
func (p Principal) Ref() Ref { return Ref{p.AccountID, p.Type, p.Name} }
