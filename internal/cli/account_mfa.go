package cli

import (
	"context"
	"fmt"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
)

// mfaCmd is `cairn account mfa` with what is below it.
type mfaCmd struct {
	List       mfaListCmd       `cmd:"" help:"List MFA devices."`
	Deactivate mfaDeactivateCmd `cmd:"" help:"Take an MFA device from who has lost it."`
}

// mfaListCmd is `cairn account mfa list`.
type mfaListCmd struct {
	target
	inAccount
	User string `xor:"who" placeholder:"NAME" help:"Only this user's."`
	Root bool   `xor:"who" help:"Only those of the account's root."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (mfaListCmd) Help() string {
	return `Devices are enabled in the web console, by whom they belong to. Example:

    cairn account mfa list --account 444455556666`
}

// Run lists the devices.
func (c *mfaListCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	who := oneOwner{User: c.User, Root: c.Root}
	var out cairnapi.ListMFADevicesOutput
	in := &cairnapi.ListMFADevicesInput{AccountId: c.id(), UserName: who.user(), Root: who.root()}
	if err := server.call(ctx, cairnapi.OpListMFADevices, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpListMFADevices, &out)
	}
	t := newTable(sh.stdout, "USER", "ENABLED", "SERIAL NUMBER")
	for _, d := range out.MFADevices {
		user := text(d.UserName)
		if user == "" {
			user = "(root)"
		}
		if err := t.add(user, day(d.EnableDate), text(d.SerialNumber)); err != nil {
			return err
		}
	}
	return t.flush()
}

// mfaDeactivateCmd is `cairn account mfa deactivate`.
type mfaDeactivateCmd struct {
	target
	inAccount
	oneOwner
	Serial string `arg:"" name:"serial-number" help:"The device, arn:aws:iam::..."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (mfaDeactivateCmd) Help() string {
	return `Its owner signs in without a code then, if there is no other device. Where the device may be in wrong hands, set a new password too. Example:

    cairn account mfa deactivate arn:aws:iam::111122223333:mfa/phone --user alice`
}

// Run takes the device away.
func (c *mfaDeactivateCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	var out cairnapi.DeactivateMFADeviceOutput
	in := &cairnapi.DeactivateMFADeviceInput{AccountId: c.id(), UserName: c.user(), Root: c.root(), SerialNumber: &c.Serial}
	if err := server.call(ctx, cairnapi.OpDeactivateMFADevice, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpDeactivateMFADevice, &out)
	}
	_, err = fmt.Fprintf(sh.stdout, "%s is no device of %s any more.\n", clean(c.Serial), clean(c.name()))
	return err
}

// signOutCmd is `cairn account sign-out`.
type signOutCmd struct {
	target
	inAccount
	User string `xor:"who" required:"" placeholder:"NAME" help:"A user's sessions."`
	Role string `xor:"who" required:"" placeholder:"NAME" help:"All sessions of a role."`
	Root bool   `xor:"who" required:"" help:"Those of the account's root."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (signOutCmd) Help() string {
	return `Ends sessions of the web console. Access keys and temporary credentials of programs go on. Example:

    cairn account sign-out --user alice`
}

// Run ends the sessions.
func (c *signOutCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	who := oneOwner{User: c.User, Root: c.Root}
	var out cairnapi.SignOutPrincipalOutput
	in := &cairnapi.SignOutPrincipalInput{AccountId: c.id(), UserName: who.user(), Root: who.root(), RoleName: optional(c.Role)}
	if err := server.call(ctx, cairnapi.OpSignOutPrincipal, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpSignOutPrincipal, &out)
	}
	name := who.name()
	if c.Role != "" {
		name = c.Role
	}
	_, err = fmt.Fprintf(sh.stdout, "The console sessions of %s have ended.\n", clean(name))
	return err
}
