package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cairntrail/cairn/internal/api/cairnapi"
	"github.com/cairntrail/cairn/internal/event"
)

// withPolicies are the policies of a new user or role.
type withPolicies struct {
	Path   string   `name:"iam-path" placeholder:"/PATH/" help:"Path in the ARN, as /team/."`
	Policy []string `sep:"none" placeholder:"POLICY" help:"Managed policy by name or ARN, an inline policy document, or @FILE with one. Any number."`
}

// documents reads the policies; "@FILE" is a file, "@-" standard input.
func (w withPolicies) documents(stdin io.Reader) ([]string, error) {
	var out []string
	for _, p := range w.Policy {
		document, err := textOrFile(p, stdin)
		if err != nil {
			return nil, err
		}
		out = append(out, document)
	}
	return out, nil
}

// textOrFile reads the file of "@FILE", standard input for "@-", and returns
// everything else as it is.
func textOrFile(s string, stdin io.Reader) (string, error) {
	name, isFile := strings.CutPrefix(s, "@")
	if !isFile {
		return s, nil
	}
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		return "", fmt.Errorf("the policy cannot be read: %w", err)
	}
	return string(data), nil
}

// userCreateCmd is `cairn account user create`.
type userCreateCmd struct {
	target
	inAccount
	withPolicies
	Name string `arg:"" help:"The user's name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (userCreateCmd) Help() string {
	return `A new user has no access key; make one with "cairn account key create". Example:

    cairn account user create alice --policy AWSCloudTrail_ReadOnlyAccess`
}

// Run makes the user.
func (c *userCreateCmd) Run(ctx context.Context, sh *shell) error {
	policies, err := c.documents(sh.stdin)
	if err != nil {
		return err
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	in := &cairnapi.CreateUserInput{AccountId: c.id(), UserName: &c.Name, Path: optional(c.Path), Policies: policies}
	var out cairnapi.CreateUserOutput
	if err := server.call(ctx, cairnapi.OpCreateUser, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpCreateUser, &out)
	}
	return showNewPrincipal(sh.stdout, out.Principal)
}

// roleCreateCmd is `cairn account role create`.
type roleCreateCmd struct {
	target
	inAccount
	withPolicies
	Name  string   `arg:"" help:"The role's name."`
	Trust string   `placeholder:"POLICY" xor:"trust" required:"" help:"Trust policy document, or @FILE with one."`
	By    []string `name:"assumed-by" sep:"none" placeholder:"ARN" xor:"trust" required:"" help:"Instead of a trust policy: who may assume the role. Any number."`
	JSON  bool     `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (roleCreateCmd) Help() string {
	return `Example:

    cairn account role create auditor --policy AWSCloudTrail_ReadOnlyAccess \
      --assumed-by arn:aws:iam::111122223333:user/admin`
}

// Run makes the role.
func (c *roleCreateCmd) Run(ctx context.Context, sh *shell) error {
	policies, err := c.documents(sh.stdin)
	if err != nil {
		return err
	}
	trust := trustPolicy(c.By)
	if len(c.By) == 0 {
		if trust, err = textOrFile(c.Trust, sh.stdin); err != nil {
			return err
		}
	}
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	in := &cairnapi.CreateRoleInput{AccountId: c.id(), RoleName: &c.Name, Path: optional(c.Path), AssumeRolePolicyDocument: &trust, Policies: policies}
	var out cairnapi.CreateRoleOutput
	if err := server.call(ctx, cairnapi.OpCreateRole, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpCreateRole, &out)
	}
	return showNewPrincipal(sh.stdout, out.Principal)
}

// principalDeleteCmd is `cairn account delete`.
type principalDeleteCmd struct {
	target
	inAccount
	Name string `arg:"" help:"Name of the user or role."`
	Type string `enum:"user,role," default:"" placeholder:"user|role" help:"Which one, if there is a user and a role of that name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (principalDeleteCmd) Help() string {
	return `Events that the principal made stay in the history. Accounts themselves cannot be deleted. Example:

    cairn account delete mallory --type user`
}

// Run deletes the principal.
func (c *principalDeleteCmd) Run(ctx context.Context, sh *shell) error {
	server, err := c.resolve(ctx)
	if err != nil {
		return err
	}
	in := &cairnapi.DeletePrincipalInput{AccountId: c.id(), Name: &c.Name}
	switch c.Type {
	case "user":
		in.Type = cairnapi.PrincipalTypeIAMUser
	case "role":
		in.Type = cairnapi.PrincipalTypeRole
	}
	var out cairnapi.DeletePrincipalOutput
	if err := server.call(ctx, cairnapi.OpDeletePrincipal, in, &out); err != nil {
		return err
	}
	if c.JSON {
		return showWire(sh.stdout, cairnapi.OpDeletePrincipal, &out)
	}
	_, err = fmt.Fprintf(sh.stdout, "%s is deleted, with its keys and sessions.\n", clean(c.Name))
	return err
}

// trustPolicy lets the principals assume a role.
func trustPolicy(arns []string) string {
	quoted := make([]string, len(arns))
	for i, a := range arns {
		quoted[i] = string(event.AppendString(nil, a))
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[` + strings.Join(quoted, ",") + `]},"Action":"sts:AssumeRole"}]}`
}

func showNewPrincipal(w io.Writer, p *cairnapi.Principal) error {
	if p == nil {
		p = &cairnapi.Principal{}
	}
	policies := "no policies, so it may do nothing yet"
	if len(p.PolicyNames) > 0 {
		policies = strings.Join(p.PolicyNames, ", ")
	}
	_, err := fmt.Fprintf(w, "Made %s, with %s.\n", clean(text(p.Arn)), clean(policies))
	return err
}
