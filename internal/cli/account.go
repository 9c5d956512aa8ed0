package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/identity"
)

// accountCmd is `cairn account` with what is below it.
type accountCmd struct {
	List       accountListCmd   `cmd:"" help:"List the accounts."`
	Create     accountCreateCmd `cmd:"" help:"Make an account with an administrator and an access key."`
	Principals principalsCmd    `cmd:"" help:"List the root, the users and the roles of an account."`
	User       struct {
		Create userCreateCmd `cmd:"" help:"Make a user."`
	} `cmd:"" help:"Users."`
	Role struct {
		Create roleCreateCmd `cmd:"" help:"Make a role."`
	} `cmd:"" help:"Roles."`
	Delete principalDeleteCmd `cmd:"" help:"Delete a user or a role, with its keys and sessions."`
	Key    keyCmd             `cmd:"" help:"Access keys."`

	Password passwordCmd `cmd:"" help:"Set or delete the password with which a user or root signs in to the web console."`
	MFA      mfaCmd      `cmd:"" name:"mfa" help:"MFA devices."`
	SignOut  signOutCmd  `cmd:"" help:"End the web console sessions of a user, a role or root."`
}

// inAccount names the account to act in.
type inAccount struct {
	Account string `placeholder:"ID" help:"Account to act in; otherwise your own. Only the first account may name others."`
}

func (a inAccount) id() *string { return optional(a.Account) }

// accountListCmd is `cairn account list`.
type accountListCmd struct {
	target
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (accountListCmd) Help() string {
	return `Example:

    cairn account list --data-dir ./cairn-data`
}

// Run lists the accounts that the caller may administer.
func (c *accountListCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var out cairnapi.ListAccountsOutput
	if err := server.call(ctx, cairnapi.OpListAccounts, &cairnapi.ListAccountsInput{}, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpListAccounts, &out)
	}
	t := newTable(sh.stdout, "ACCOUNT", "NAME", "CREATED")
	for _, a := range out.Accounts {
		if err := t.add(text(a.AccountId), text(a.Name), day(a.CreateDate)); err != nil {
			return err
		}
	}
	return t.flush()
}

// accountCreateCmd is `cairn account create`.
type accountCreateCmd struct {
	target
	newKey
	ID   string `arg:"" help:"Twelve digits."`
	Name string `placeholder:"TEXT" help:"A name for people."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (accountCreateCmd) Help() string {
	return `The server puts the administrator's key into its own credentials file too, as a profile named after the account. Example:

    cairn account create 444455556666 --name staging --write-profile ~/.aws/credentials`
}

// Run makes the account.
func (c *accountCreateCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	in := &cairnapi.CreateAccountInput{AccountId: &c.ID, Name: optional(c.Name)}
	var out cairnapi.CreateAccountOutput
	if err := server.call(ctx, cairnapi.OpCreateAccount, in, &out); err != nil {
		return err
	}
	stored := c.store(sh, out.AccessKey, c.ID, server.region)
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpCreateAccount, &out)
	}
	if _, err := fmt.Fprintf(sh.stdout, "Account %s is made, with the user %q as its administrator.\n", c.ID, identity.AdminUser); err != nil {
		return err
	}
	return showKey(sh, out.AccessKey, stored)
}

// principalsCmd is `cairn account principals`.
type principalsCmd struct {
	target
	inAccount
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (principalsCmd) Help() string {
	return `Example:

    cairn account principals --account 444455556666`
}

// Run lists the principals.
func (c *principalsCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var out cairnapi.ListPrincipalsOutput
	if err := server.call(ctx, cairnapi.OpListPrincipals, &cairnapi.ListPrincipalsInput{AccountId: c.id()}, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpListPrincipals, &out)
	}
	t := newTable(sh.stdout, "TYPE", "NAME", "POLICIES", "CREATED", "ARN")
	for _, p := range out.Principals {
		if err := t.add(string(p.Type), text(p.Name), strings.Join(p.PolicyNames, ", "), day(p.CreateDate), text(p.Arn)); err != nil {
			return err
		}
	}
	return t.flush()
}

// day shows a time in UTC without its seconds.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// optional is nil for an empty string: the member is absent.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// text is empty for an absent member.
func text(s *string) string { return aws.ToString(s) }
