package cli

import (
	"context"
	"fmt"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/api/wire"
	"github.com/cairntrail/cairn/internal/identity"
)

// keyCmd is `cairn account key` with what is below it.
type keyCmd struct {
	List    keyListCmd    `cmd:"" help:"List access keys, without their secrets."`
	Create  keyCreateCmd  `cmd:"" help:"Make an access key for a user."`
	Disable keyDisableCmd `cmd:"" help:"Make an access key inactive."`
	Enable  keyEnableCmd  `cmd:"" help:"Make an inactive access key active again."`
	Delete  keyDeleteCmd  `cmd:"" help:"Delete an access key."`

	Register   keyRegisterCmd   `cmd:"" help:"Register whose an access key is, for calls that others verify."`
	Deregister keyDeregisterCmd `cmd:"" help:"Forget whose a registered or learned access key is."`
}

// newKey is where a new key goes besides the screen.
type newKey struct {
	WriteProfile string `placeholder:"FILE" help:"Put the key into this AWS credentials file instead of printing its secret."`
	ProfileName  string `placeholder:"NAME" help:"Name of the profile there; otherwise the user's, or the new account's id."`
}

// store writes a new key to the profile, if one was asked for, and takes the
// secret out of the answer. If that fails the secret stays, since it exists
// nowhere else.
func (n newKey) store(sh *shell, key *cairnapi.AccessKey, profile, region string) bool {
	if n.WriteProfile == "" || key == nil {
		return false
	}
	if n.ProfileName != "" {
		profile = n.ProfileName
	}
	err := identity.WriteProfile(n.WriteProfile, profile, identity.Credential{
		AccessKeyID: text(key.AccessKeyId), SecretAccessKey: text(key.SecretAccessKey), Region: region,
	})
	if err != nil {
		fmt.Fprintf(sh.stderr, "The profile could not be written, so the secret is shown: %s\n", cleanLines(err.Error()))
		return false
	}
	key.SecretAccessKey = nil
	fmt.Fprintf(sh.stderr, "The key is the profile %q in %s.\n", profile, n.WriteProfile)
	return true
}

// showKey prints a new key for people, with its secret unless it is stored.
func showKey(sh *shell, key *cairnapi.AccessKey, stored bool) error {
	if key == nil {
		key = &cairnapi.AccessKey{}
	}
	if _, err := fmt.Fprintf(sh.stdout, "aws_access_key_id = %s\n", clean(text(key.AccessKeyId))); err != nil || stored {
		return err
	}
	_, err := fmt.Fprintf(sh.stdout, "aws_secret_access_key = %s\n", clean(text(key.SecretAccessKey)))
	fmt.Fprintln(sh.stderr, "This is the only time that the secret is shown; keep it now.")
	return err
}

// keyListCmd is `cairn account key list`.
type keyListCmd struct {
	target
	inAccount
	Registered bool `help:"List the keys that others verify: registered ones, and temporary ones that Cairn learned."`
	JSON       bool `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (keyListCmd) Help() string {
	return `Examples:

    cairn account key list
    cairn account key list --registered`
}

// Run lists the keys.
func (c *keyListCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	if c.Registered {
		return c.listRegistered(ctx, sh, server)
	}
	var out cairnapi.ListAccessKeysOutput
	if err := server.call(ctx, cairnapi.OpListAccessKeys, &cairnapi.ListAccessKeysInput{AccountId: c.id()}, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpListAccessKeys, &out)
	}
	t := newTable(sh.stdout, "KEY", "USER", "STATUS", "CREATED")
	for _, k := range out.AccessKeys {
		user := text(k.UserName)
		if user == "" {
			user = "(root)"
		}
		if err := t.add(text(k.AccessKeyId), user, string(k.Status), day(k.CreateDate)); err != nil {
			return err
		}
	}
	return t.flush()
}

// keyCreateCmd is `cairn account key create`.
type keyCreateCmd struct {
	target
	inAccount
	newKey
	User string `arg:"" help:"The user's name."`
	JSON bool   `name:"json" help:"Print JSON, with the secret unless it went into a profile."`
}

// Help is the long help.
func (keyCreateCmd) Help() string {
	return `Example:

    cairn account key create alice --write-profile ~/.aws/credentials`
}

// Run makes the key.
func (c *keyCreateCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var out cairnapi.CreateAccessKeyOutput
	in := &cairnapi.CreateAccessKeyInput{AccountId: c.id(), UserName: &c.User}
	if err := server.call(ctx, cairnapi.OpCreateAccessKey, in, &out); err != nil {
		return err
	}
	stored := c.store(sh, out.AccessKey, c.User, server.region)
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpCreateAccessKey, &out)
	}
	return showKey(sh, out.AccessKey, stored)
}

// oneKey is a command about one access key.
type oneKey struct {
	target
	ID   string `arg:"" name:"key-id" help:"The access key, AKIA..."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// change makes a call about the key and says what was done.
func (k *oneKey) change(ctx context.Context, sh *shell, op *wire.Operation, in wire.Encoder, out output, done string) error {
	server, err := k.resolve(ctx)
	if err != nil {
		return err
	}
	if err := server.call(ctx, op, in, out); err != nil {
		return err
	}
	if k.JSON {
		return showWire(sh.stdout, op, out)
	}
	_, err = fmt.Fprintf(sh.stdout, "%s is %s.\n", clean(k.ID), done)
	return err
}

// keyDisableCmd is `cairn account key disable`.
type keyDisableCmd struct{ oneKey }

// Help is the long help.
func (keyDisableCmd) Help() string {
	return `Calls signed with the key are refused until it is enabled again. Example:

    cairn account key disable AKIAIOSFODNN7EXAMPLE`
}

// Run makes the key inactive.
func (c *keyDisableCmd) Run(ctx context.Context, sh *shell) error {
	in := &cairnapi.UpdateAccessKeyInput{AccessKeyId: &c.ID, Status: cairnapi.AccessKeyStatusInactive}
	return c.change(ctx, sh, cairnapi.OpUpdateAccessKey, in, &cairnapi.UpdateAccessKeyOutput{}, "inactive")
}

// keyEnableCmd is `cairn account key enable`.
type keyEnableCmd struct{ oneKey }

// Help is the long help.
func (keyEnableCmd) Help() string {
	return `Example:

    cairn account key enable AKIAIOSFODNN7EXAMPLE`
}

// Run makes the key active.
func (c *keyEnableCmd) Run(ctx context.Context, sh *shell) error {
	in := &cairnapi.UpdateAccessKeyInput{AccessKeyId: &c.ID, Status: cairnapi.AccessKeyStatusActive}
	return c.change(ctx, sh, cairnapi.OpUpdateAccessKey, in, &cairnapi.UpdateAccessKeyOutput{}, "active")
}

// keyDeleteCmd is `cairn account key delete`.
type keyDeleteCmd struct{ oneKey }

// Help is the long help.
func (keyDeleteCmd) Help() string {
	return `Sessions that were made with the key live on until they expire. Example:

    cairn account key delete AKIAIOSFODNN7EXAMPLE`
}

// Run deletes the key.
func (c *keyDeleteCmd) Run(ctx context.Context, sh *shell) error {
	in := &cairnapi.DeleteAccessKeyInput{AccessKeyId: &c.ID}
	return c.change(ctx, sh, cairnapi.OpDeleteAccessKey, in, &cairnapi.DeleteAccessKeyOutput{}, "deleted")
}
