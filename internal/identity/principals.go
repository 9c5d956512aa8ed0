package identity

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/cairntrail/cairn/internal/store"
)

// AdminUser is the name of the user that every new account starts with.
const AdminUser = "admin"

// EnsureFirstAccount makes the account id as [Directory.CreateAccount] does if
// the directory has no account at all. created tells whether it did; if not,
// the credential is empty.
func (d *Directory) EnsureFirstAccount(ctx context.Context, id string) (cred Credential, created bool, err error) {
	d.change.Lock()
	defer d.change.Unlock()
	if len(d.ListAccounts()) > 0 {
		return Credential{}, false, nil
	}
	cred, err = d.createAccount(ctx, id, "")
	return cred, err == nil, err
}

// CreateAccount makes an account with its root, and a user named "admin" with
// AdministratorAccess and one access key, which it returns: the only time that
// the secret is shown. The id has twelve digits, the name is for people.
//
// Errors: InvalidInput, EntityAlreadyExists.
func (d *Directory) CreateAccount(ctx context.Context, id, name string) (Credential, error) {
	d.change.Lock()
	defer d.change.Unlock()
	return d.createAccount(ctx, id, name)
}

func (d *Directory) createAccount(ctx context.Context, id, name string) (Credential, error) {
	if !validAccountID(id) {
		return Credential{}, refuse(CodeInvalidInput, "The account id %q is not valid: it must have twelve digits.", clip(id))
	}
	if len(name) > 256 {
		return Credential{}, refuse(CodeInvalidInput, "The name of an account has at most 256 bytes.")
	}
	if _, ok := d.Account(id); ok {
		return Credential{}, refuse(CodeEntityAlreadyExists, "The account %s already exists.", id)
	}
	now := d.stamp()
	account := Account{ID: id, Name: name, Created: now}
	root := Principal{AccountID: id, Type: Root, ID: id, ARN: "arn:aws:iam::" + id + ":root", Created: now}
	managed, _ := ManagedPolicy(AdministratorAccess)
	admin := Principal{
		AccountID: id, Type: User, Name: AdminUser, Path: "/", ID: newUniqueID(prefixUser),
		ARN: "arn:aws:iam::" + id + ":user/" + AdminUser, Created: now,
		Policies: []Policy{{Name: managed.Name, ARN: managed.ARN}},
	}
	key, secret := d.newAccessKey(admin)
	rootEntry, adminEntry, keyEntry, err := d.entries(root, admin, key)
	if err != nil {
		return Credential{}, err
	}
	err = d.commit(ctx, func(ctx context.Context) error {
		_, err1 := d.accounts.Create(ctx, id, account)
		_, err2 := d.principals.Create(ctx, storeID(root.Ref()), root)
		_, err3 := d.principals.Create(ctx, storeID(admin.Ref()), admin)
		_, err4 := d.keys.Create(ctx, key.ID, key)
		return errors.Join(err1, err2, err3, err4)
	}, func(i *index) {
		i.accounts[id] = account
		i.principals[fold(root.Ref())] = rootEntry
		i.principals[fold(admin.Ref())] = adminEntry
		i.keys[key.ID] = keyEntry
	})
	if err != nil {
		return Credential{}, err
	}
	return Credential{AccountID: id, UserName: AdminUser, AccessKeyID: key.ID, SecretAccessKey: secret}, nil
}

func (d *Directory) entries(root, admin Principal, key AccessKey) (*principalEntry, *principalEntry, *keyEntry, error) {
	re, err1 := newPrincipalEntry(root)
	ae, err2 := newPrincipalEntry(admin)
	ke, err3 := d.newKeyEntry(key)
	return re, ae, ke, errors.Join(err1, err2, err3)
}

// CreateUser makes a user without policies or keys. The path is "/" or like
// "/team/"; empty means "/".
//
// Errors: InvalidInput, NoSuchEntity (the account), EntityAlreadyExists.
func (d *Directory) CreateUser(ctx context.Context, accountID, name, path string) (Principal, error) {
	return d.createPrincipal(ctx, Principal{AccountID: accountID, Type: User, Name: name, Path: path}, "user", prefixUser)
}

// CreateRole makes a role that the trust policy says who may assume. Principals
// in it are matched by ARN: a user that is deleted and made again under the
// same name is trusted again, unlike in IAM.
//
// Errors: as CreateUser, and MalformedPolicyDocument.
func (d *Directory) CreateRole(ctx context.Context, accountID, name, path string, trust []byte) (Principal, error) {
	if err := CheckTrustPolicy(trust); err != nil {
		return Principal{}, err
	}
	p := Principal{AccountID: accountID, Type: Role, Name: name, Path: path, Trust: &Policy{Document: slices.Clone(trust)}}
	return d.createPrincipal(ctx, p, "role", prefixRole)
}

func (d *Directory) createPrincipal(ctx context.Context, p Principal, kind, prefix string) (Principal, error) {
	if p.Path == "" {
		p.Path = "/"
	}
	if err := checkName(p.Name, p.Path); err != nil {
		return Principal{}, err
	}
	d.change.Lock()
	defer d.change.Unlock()
	if _, ok := d.Account(p.AccountID); !ok {
		return Principal{}, noAccount(p.AccountID)
	}
	if _, ok := d.principal(p.Ref()); ok {
		return Principal{}, refuse(CodeEntityAlreadyExists, "%s with name %s already exists.", p.Type.noun(), p.Name)
	}
	p.ID = newUniqueID(prefix)
	p.ARN = "arn:aws:iam::" + p.AccountID + ":" + kind + p.Path + p.Name
	p.Created = d.stamp()
	entry, err := newPrincipalEntry(p)
	if err != nil {
		return Principal{}, err
	}
	err = d.commit(ctx, func(ctx context.Context) error {
		_, err := d.principals.Create(ctx, storeID(p.Ref()), p)
		return err
	}, func(i *index) { i.principals[fold(p.Ref())] = entry })
	if err != nil {
		return Principal{}, err
	}
	return p, nil
}

// DeletePrincipal removes a user or role with its policies, access keys, password
// and MFA devices. Its temporary credentials end at once. Root can not be deleted.
//
// Errors: InvalidInput (root), NoSuchEntity.
func (d *Directory) DeletePrincipal(ctx context.Context, r Ref) error {
	if r.Type == Root {
		return refuse(CodeInvalidInput, "The root of an account cannot be deleted.")
	}
	d.change.Lock()
	defer d.change.Unlock()
	e, err := d.mustFind(r)
	if err != nil {
		return err
	}
	keys, devices := d.keysOf(e.Ref()), d.devicesOf(e.Ref())
	return d.commit(ctx, func(ctx context.Context) error {
		for _, k := range keys {
			if err := d.keys.Delete(ctx, k.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		for _, dev := range devices {
			if err := d.devices.Delete(ctx, dev.Serial); err != nil {
				return err
			}
		}
		return errors.Join(d.deleteLogin(ctx, r), d.principals.Delete(ctx, storeID(r)))
	}, func(i *index) {
		for _, k := range keys {
			delete(i.keys, k.ID)
		}
		for _, dev := range devices {
			delete(i.devices, dev.Serial)
		}
		delete(i.logins, fold(r))
		delete(i.principals, fold(r))
	})
}

// maxPolicies bounds the policies of one principal: IAM's highest quota for
// managed policies of a user or role.
const maxPolicies = 20

// AttachPolicy attaches an inline policy under a name, replacing the one of
// that name, or, when document is empty, the managed policy of that name or
// ARN. Attaching a managed policy again changes nothing.
//
// Errors: InvalidInput (root, name), NoSuchEntity, MalformedPolicyDocument,
// LimitExceeded.
func (d *Directory) AttachPolicy(ctx context.Context, r Ref, name string, document []byte) error {
	var add Policy
	if len(document) == 0 {
		m, ok := ManagedPolicy(name)
		if !ok {
			return noPolicy(name)
		}
		add = Policy{Name: m.Name, ARN: m.ARN}
	} else {
		if !inlineNameRE.MatchString(name) {
			return refuse(CodeInvalidInput, "The policy name %q is not valid: it must have 1 to 128 characters of letters, digits and _+=,.@-", clip(name))
		}
		if err := CheckPolicy(document); err != nil {
			return err
		}
		add = Policy{Name: name, Document: json.RawMessage(slices.Clone(document))}
	}
	return d.changePolicies(ctx, r, func(have []Policy) ([]Policy, error) {
		for i, p := range have {
			if p.Name == add.Name && (p.ARN == "") == (add.ARN == "") {
				have[i] = add
				return have, nil
			}
		}
		if len(have) >= maxPolicies {
			return nil, refuse(CodeLimitExceeded, "Cannot exceed quota for PoliciesPerPrincipal: %d", maxPolicies)
		}
		return append(have, add), nil
	})
}

// DetachPolicy removes an inline policy by its name, or a managed policy by
// its name or ARN. Of an inline and a managed policy of one name, the inline
// one goes; the ARN says that the other is meant.
//
// Errors: InvalidInput (root), NoSuchEntity.
func (d *Directory) DetachPolicy(ctx context.Context, r Ref, name string) error {
	return d.changePolicies(ctx, r, func(have []Policy) ([]Policy, error) {
		i := slices.IndexFunc(have, func(p Policy) bool { return p.ARN == "" && p.Name == name })
		if i < 0 {
			i = slices.IndexFunc(have, func(p Policy) bool { return p.ARN != "" && (p.Name == name || p.ARN == name) })
		}
		if i < 0 {
			return nil, noPolicy(name)
		}
		return slices.Delete(have, i, i+1), nil
	})
}

// changePolicies gives f a copy of the policies that it may change.
func (d *Directory) changePolicies(ctx context.Context, r Ref, f func([]Policy) ([]Policy, error)) error {
	if r.Type == Root {
		return refuse(CodeInvalidInput, "Policies cannot be attached to the root of an account, which may do everything.")
	}
	d.change.Lock()
	defer d.change.Unlock()
	e, err := d.mustFind(r)
	if err != nil {
		return err
	}
	p := e.Principal
	if p.Policies, err = f(slices.Clone(p.Policies)); err != nil {
		return err
	}
	entry, err := newPrincipalEntry(p)
	if err != nil {
		return err
	}
	return d.commit(ctx, func(ctx context.Context) error {
		_, err := d.principals.Put(ctx, storeID(r), p)
		return err
	}, func(i *index) { i.principals[fold(r)] = entry })
}

func (d *Directory) mustFind(r Ref) (*principalEntry, error) {
	e, ok := d.principal(r)
	if ok {
		return e, nil
	}
	if _, ok := d.Account(r.AccountID); !ok {
		return nil, noAccount(r.AccountID)
	}
	return nil, refuse(CodeNoSuchEntity, "The %s with name %s cannot be found.", r.Type.word(), clip(r.Name))
}

func noPolicy(name string) error {
	return refuse(CodeNoSuchEntity, "Policy %s does not exist or is not attachable.", clip(name))
}

func (t PrincipalType) word() string {
	if t == Role {
		return "role"
	}
	return "user"
}

func (t PrincipalType) noun() string {
	if t == Role {
		return "Role"
	}
	return "User"
}
