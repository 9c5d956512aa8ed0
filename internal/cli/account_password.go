package cli

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
)

// oneOwner is whose password or MFA device a command is about.
type oneOwner struct {
	User string `xor:"who" required:"" placeholder:"NAME" help:"A user's."`
	Root bool   `xor:"who" required:"" help:"That of the account's root."`
}

func (o oneOwner) user() *string { return optional(o.User) }

func (o oneOwner) root() *bool {
	if !o.Root {
		return nil
	}
	return &o.Root
}

// name is the owner in sentences.
func (o oneOwner) name() string {
	if o.Root {
		return "the account's root"
	}
	return o.User
}

// passwordCmd is `cairn account password`.
type passwordCmd struct {
	target
	inAccount
	oneOwner
	From     string `arg:"" optional:"" name:"@file" help:"Read the password from this file (@FILE) or from standard input (@-); otherwise it is asked for."`
	Generate bool   `xor:"how" help:"Make a password and print it."`
	Delete   bool   `xor:"how" help:"Take the password away: no more sign-in with it."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (passwordCmd) Help() string {
	return `Passwords are for the web console; programs sign with access keys. A new password ends the console sessions that there are. It has 12 to 128 characters. Examples:

    cairn account password --user alice
    cairn account password --root --generate
    cairn account password --user alice --account 444455556666 @- < password.txt
    cairn account password --user alice --delete`
}

// Run sets the password or takes it away.
func (c *passwordCmd) Run(ctx context.Context, sh *shell) error {
	if c.From != "" && (c.Generate || c.Delete) {
		return usagef("--generate and --delete take no password")
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	if c.Delete {
		return c.remove(ctx, sh, server)
	}
	password, err := c.password(ctx, sh)
	if err != nil {
		return err
	}
	var out cairnapi.CreateLoginProfileOutput
	err = server.call(ctx, cairnapi.OpCreateLoginProfile, &cairnapi.CreateLoginProfileInput{AccountId: c.id(), UserName: c.user(), Root: c.root(), Password: &password}, &out)
	if refused, ok := errors.AsType[*apiError](err); ok && refused.code == cairnapi.CodeEntityAlreadyExists {
		in := &cairnapi.UpdateLoginProfileInput{AccountId: c.id(), UserName: c.user(), Root: c.root(), Password: &password}
		if err = server.call(ctx, cairnapi.OpUpdateLoginProfile, in, &cairnapi.UpdateLoginProfileOutput{}); err == nil {
			err = c.reread(ctx, server, &out)
		}
	}
	if err != nil {
		return err
	}
	return c.show(sh, &out, password)
}

// reread asks for what UpdateLoginProfile does not answer.
func (c *passwordCmd) reread(ctx context.Context, server *caller, out *cairnapi.CreateLoginProfileOutput) error {
	var profile cairnapi.GetLoginProfileOutput
	err := server.call(ctx, cairnapi.OpGetLoginProfile, &cairnapi.GetLoginProfileInput{AccountId: c.id(), UserName: c.user(), Root: c.root()}, &profile)
	out.LoginProfile = profile.LoginProfile
	return err
}

func (c *passwordCmd) show(sh *shell, out *cairnapi.CreateLoginProfileOutput, password string) error {
	if c.Generate {
		fmt.Fprintln(sh.stderr, "This is the only time that the password is shown; keep it now.")
	}
	if c.JSON {
		if c.Generate { // it is in no answer of the server
			fmt.Fprintln(sh.stderr, "Password: "+password)
		}
		return showWire(sh.stdout, cairnapi.OpCreateLoginProfile, out)
	}
	if c.Generate {
		_, err := fmt.Fprintln(sh.stdout, password)
		return err
	}
	_, err := fmt.Fprintf(sh.stdout, "The password of %s is set.\n", clean(c.name()))
	return err
}

func (c *passwordCmd) remove(ctx context.Context, sh *shell, server *caller) error {
	var out cairnapi.DeleteLoginProfileOutput
	in := &cairnapi.DeleteLoginProfileInput{AccountId: c.id(), UserName: c.user(), Root: c.root()}
	if err := server.call(ctx, cairnapi.OpDeleteLoginProfile, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpDeleteLoginProfile, &out)
	}
	_, err := fmt.Fprintf(sh.stdout, "The password of %s is deleted, and its console sessions have ended.\n", clean(c.name()))
	return err
}

// password makes a password, reads it, or asks for it.
func (c *passwordCmd) password(ctx context.Context, sh *shell) (string, error) {
	switch {
	case c.Generate:
		return newPassword(), nil
	case c.From == "":
		return askPassword(ctx, sh)
	case !strings.HasPrefix(c.From, "@"):
		return "", usagef("a password on the command line would stay in the shell's history; leave it out to be asked, or pass @- or @FILE")
	case c.From == "@-":
		return readPassword(sh.stdin)
	}
	f, err := os.Open(c.From[1:])
	if err != nil {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	defer f.Close()
	return readPassword(f)
}

// newPassword gives 100 random bits, in groups that can be read out.
func newPassword() string {
	raw := make([]byte, 13)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails
	s := strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:20]
}

// readPassword reads one line.
func readPassword(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usagef("there is no password in the input's first line; --generate makes one")
	}
	return line, nil
}

// askPassword asks a person twice, without showing what is typed. Where nobody sits at
// a terminal the password is the first line of standard input.
func askPassword(ctx context.Context, sh *shell) (string, error) {
	in, ok := sh.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return readPassword(sh.stdin)
	}
	password, err := typed(ctx, sh, in, "New password: ")
	if err != nil {
		return "", err
	}
	again, err := typed(ctx, sh, in, "The same again: ")
	if err != nil {
		return "", err
	}
	if password != again {
		return "", errors.New("the two passwords are not the same; nothing was changed")
	}
	return password, nil
}

// typed reads a line that the terminal does not show. Interrupted, it gives the
// terminal back as it was; the read then ends with the process.
func typed(ctx context.Context, sh *shell, in *os.File, prompt string) (string, error) {
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	fmt.Fprint(sh.stderr, prompt)
	type line struct {
		text []byte
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(int(in.Fd()))
		lines <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		err := errors.Join(ctx.Err(), term.Restore(int(in.Fd()), before))
		fmt.Fprintln(sh.stderr)
		return "", err
	case got := <-lines:
		fmt.Fprintln(sh.stderr)
		if got.err != nil {
			return "", fmt.Errorf("the password cannot be read: %w", got.err)
		}
		return string(got.text), nil
	}
}
