package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
)

// keyRegisterCmd is `cairn account key register`.
type keyRegisterCmd struct {
	target
	inAccount
	ID          string `arg:"" name:"key-id" help:"The access key's id, as its calls carry it."`
	User        string `xor:"who" required:"" placeholder:"NAME" help:"The key is a user's: name or ARN."`
	Root        bool   `xor:"who" required:"" help:"The key is the account's root's."`
	Role        string `xor:"who" required:"" placeholder:"ROLE" help:"The key is of a session of this role: name or ARN. Needs --session."`
	Service     string `xor:"who" required:"" placeholder:"HOST" help:"The key is a service's, as rds.amazonaws.com. Needs credentials of the first account."`
	Session     string `placeholder:"NAME" help:"Name of the role's session."`
	ARN         string `name:"arn" placeholder:"ARN" help:"ARN of the user or role; otherwise that of the server's own of that name, or one without a path."`
	PrincipalID string `name:"principal-id" placeholder:"ID" help:"Unique id of the user (AIDA...) or role (AROA...); otherwise that of the server's own, or one made from the ARN."`
	JSON        bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (keyRegisterCmd) Help() string {
	return `For keys whose calls somebody else verifies and Cairn only records: it then knows by the key's id who called. No secret is needed. Registering a key again replaces what was said before. Examples:

    cairn account key register minioadmin --root
    cairn account key register AKIAIOSFODNN7EXAMPLE --user alice --account 444455556666
    cairn account key register ASIAIOSFODNN7EXAMPLE --role deploy --session nightly
    cairn account key register backup-agent --service backup.amazonaws.com`
}

// Run registers the key.
func (c *keyRegisterCmd) Run(ctx context.Context, sh *shell) error {
	in, err := c.input()
	if err != nil {
		return err
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var out cairnapi.RegisterAccessKeyOutput
	if err := server.call(ctx, cairnapi.OpRegisterAccessKey, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpRegisterAccessKey, &out)
	}
	who := ""
	if k := out.RegisteredAccessKey; k != nil {
		if who = text(k.Arn); who == "" {
			who = text(k.InvokedBy)
		}
	}
	_, err = fmt.Fprintf(sh.stdout, "%s is registered; its calls are by %s.\n", clean(c.ID), clean(who))
	return err
}

// input makes the request, and refuses flags that do not go together.
func (c *keyRegisterCmd) input() (*cairnapi.RegisterAccessKeyInput, error) {
	switch {
	case (c.Role != "") != (c.Session != ""):
		return nil, usagef("--role and --session go together")
	case (c.ARN != "" || c.PrincipalID != "") && c.User == "" && c.Role == "":
		return nil, usagef("--arn and --principal-id go with --user or --role")
	case c.Service != "" && c.Account != "":
		return nil, usagef("--account does not go with --service: services belong to no account")
	}
	in := &cairnapi.RegisterAccessKeyInput{AccountId: c.id(), AccessKeyId: &c.ID, PrincipalId: optional(c.PrincipalID)}
	switch {
	case c.Root:
		in.Type = cairnapi.RegisteredTypeRoot
	case c.Service != "":
		in.Type, in.InvokedBy = cairnapi.RegisteredTypeAWSService, &c.Service
	case c.Role != "":
		in.Type, in.SessionName = cairnapi.RegisteredTypeAssumedRole, &c.Session
		in.RoleName, in.RoleArn = nameOrARN(c.Role, c.ARN)
	default:
		in.Type = cairnapi.RegisteredTypeIAMUser
		in.UserName, in.Arn = nameOrARN(c.User, c.ARN)
	}
	return in, nil
}

// nameOrARN tells an ARN that stands for a name from a name, which may have an
// ARN beside it.
func nameOrARN(name, arn string) (*string, *string) {
	if arn == "" && strings.HasPrefix(name, "arn:") {
		return nil, &name
	}
	return &name, optional(arn)
}

// keyDeregisterCmd is `cairn account key deregister`.
type keyDeregisterCmd struct{ oneKey }

// Help is the long help.
func (keyDeregisterCmd) Help() string {
	return `Calls with the key are recorded as those of nobody known from now on; what is recorded stays. Credentials that Cairn learned can be forgotten too. Example:

    cairn account key deregister minioadmin`
}

// Run deregisters the key.
func (c *keyDeregisterCmd) Run(ctx context.Context, sh *shell) error {
	in := &cairnapi.DeregisterAccessKeyInput{AccessKeyId: &c.ID}
	return c.change(ctx, sh, cairnapi.OpDeregisterAccessKey, in, &cairnapi.DeregisterAccessKeyOutput{}, "not registered any more")
}

// listRegistered is `cairn account key list --registered`.
func (c *keyListCmd) listRegistered(ctx context.Context, sh *shell, server *caller) error {
	all := cairnapi.ListRegisteredAccessKeysOutput{RegisteredAccessKeys: []cairnapi.RegisteredAccessKey{}}
	in := &cairnapi.ListRegisteredAccessKeysInput{AccountId: c.id()}
	for {
		var page cairnapi.ListRegisteredAccessKeysOutput
		if err := server.call(ctx, cairnapi.OpListRegisteredAccessKeys, in, &page); err != nil {
			return err
		}
		all.RegisteredAccessKeys = append(all.RegisteredAccessKeys, page.RegisteredAccessKeys...)
		if page.NextToken == nil {
			break
		}
		in.NextToken = page.NextToken
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpListRegisteredAccessKeys, &all)
	}
	t := newTable(sh.stdout, "KEY", "WHO", "ACCOUNT", "KIND", "EXPIRES")
	for i := range all.RegisteredAccessKeys {
		k := &all.RegisteredAccessKeys[i]
		kind := "registered"
		if k.Learned != nil && *k.Learned {
			kind = "learned"
		}
		if err := t.add(text(k.AccessKeyId), whoCalls(k), text(k.AccountId), kind, day(k.Expiration)); err != nil {
			return err
		}
	}
	return t.flush()
}

// whoCalls is the last part of the key's ARN, as user/alice, root or
// assumed-role/deploy/nightly, or the name of a service.
func whoCalls(k *cairnapi.RegisteredAccessKey) string {
	if parts := strings.SplitN(text(k.Arn), ":", 6); len(parts) == 6 {
		return parts[5]
	}
	if k.InvokedBy != nil {
		return *k.InvokedBy
	}
	return text(k.PrincipalId)
}
